"""Groups, forums with topics, channels: who may do what, and what a bot hears of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.standin.person import Impossible, Person, Standin


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with await Standin.start() as running:
        yield running


@pytest.fixture
def nadia(standin: Standin) -> Person:
    return standin.person(user_id=4, first_name="Nadia", language_code="fr")


async def heard(standin: Standin, kind: str) -> list[dict]:
    """Give all updates of a kind that wait for the bot."""
    _, body = await standin.call("getUpdates")
    return [update[kind] for update in body["result"] if kind in update]


async def test_a_topic_is_opened_written_in_closed_and_deleted(
    standin: Standin, nadia: Person
) -> None:
    group = await nadia.create_group(title="Alger", is_forum=True)
    _, body = await standin.call("createForumTopic", chat_id=group, name="R-16-26-000123-0")
    thread = body["result"]["message_thread_id"]
    card = {"chat_id": group, "message_thread_id": thread, "text": "card"}
    _, body = await standin.call("sendMessage", **card)
    assert body["result"]["message_thread_id"] == thread
    assert body["result"]["is_topic_message"] is True
    topic = nadia.at(group, thread)
    assert [seen.text for seen in topic.from_bot] == ["card"]

    await topic.send("taken")
    [message] = [each for each in await heard(standin, "message") if each.get("text")]
    assert message["message_thread_id"] == thread
    # a message in a topic names the topic's opening as what it replies to
    assert message["reply_to_message"]["forum_topic_created"]["name"] == "R-16-26-000123-0"

    assert (await standin.call("closeForumTopic", chat_id=group, message_thread_id=thread))[
        0
    ] == 200
    _, body = await standin.call("closeForumTopic", chat_id=group, message_thread_id=thread)
    assert body["description"] == "Bad Request: TOPIC_NOT_MODIFIED"
    assert (await standin.call("sendMessage", **card))[0] == 200  # an administrator still may
    await standin.call("reopenForumTopic", chat_id=group, message_thread_id=thread)
    await nadia.act("delete_topic", chat_id=group, thread_id=thread)
    _, body = await standin.call("sendMessage", **card)
    assert body["description"] == "Bad Request: message thread not found"
    _, body = await standin.call(
        "editForumTopic", chat_id=group, message_thread_id=thread, name="x"
    )
    assert body["description"] == "Bad Request: TOPIC_ID_INVALID"


async def test_the_general_topic_has_no_thread_id(standin: Standin, nadia: Person) -> None:
    group = await nadia.create_group(title="Alger", is_forum=True)
    _, body = await standin.call("sendMessage", chat_id=group, text="x")
    assert "message_thread_id" not in body["result"]
    _, body = await standin.call("sendMessage", chat_id=group, text="x", message_thread_id=1)
    assert body["description"] == "Bad Request: message thread not found"


async def test_a_bot_without_rights_meets_closed_doors(standin: Standin, nadia: Person) -> None:
    group = await nadia.create_group(title="Alger", is_forum=True)
    _, body = await standin.call("createForumTopic", chat_id=group, name="x")
    thread = body["result"]["message_thread_id"]
    await nadia.act("close_topic", chat_id=group, thread_id=thread)
    await nadia.act("demote", chat_id=group, member_id=standin.bot_id)
    status, body = await standin.call("createForumTopic", chat_id=group, name="y")
    assert body["description"] == "Bad Request: not enough rights to create a topic"
    status, body = await standin.call(
        "sendMessage", chat_id=group, message_thread_id=thread, text="x"
    )
    assert body["description"] == "Bad Request: TOPIC_CLOSED"
    status, body = await standin.call("pinChatMessage", chat_id=group, message_id=thread)
    assert body["description"].startswith("Bad Request: not enough rights to manage pinned")
    await nadia.act("remove_member", chat_id=group, member_id=standin.bot_id)
    status, body = await standin.call("sendMessage", chat_id=group, text="x")
    assert (status, body["description"]) == (
        403,
        "Forbidden: bot was kicked from the supergroup chat",
    )
    changes = await heard(standin, "my_chat_member")
    assert [change["new_chat_member"]["status"] for change in changes] == [
        "member",
        "administrator",
        "member",
        "kicked",
    ]


async def test_an_upgraded_group_names_its_new_id(standin: Standin, nadia: Person) -> None:
    group = await nadia.create_group(title="Oran", kind="group")
    new = (await nadia.act("upgrade", chat_id=group))["chat_id"]
    status, body = await standin.call("sendMessage", chat_id=group, text="x")
    assert status == 400
    assert body["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert body["parameters"] == {"migrate_to_chat_id": new}
    assert (await standin.call("sendMessage", chat_id=new, text="x"))[0] == 200
    moves = [each for each in await heard(standin, "message") if "migrate" in str(each)]
    assert [
        (each.get("migrate_to_chat_id"), each.get("migrate_from_chat_id")) for each in moves
    ] == [(new, None), (None, group)]


async def test_privacy_mode_lets_a_plain_member_hear_little(
    standin: Standin, nadia: Person
) -> None:
    group = await nadia.create_group(title="Oran", with_bot="member")
    place = nadia.at(group)
    await standin.call("sendMessage", chat_id=group, text="hello")
    await place.send("among ourselves")
    await place.send("/queue")
    await place.send("/queue@casnos_demo_bot")
    await place.send("/queue@other_bot")
    await place.send("an answer", reply_to=place.last_message)
    texts = [each["text"] for each in await heard(standin, "message") if "text" in each]
    assert texts == ["/queue", "/queue@casnos_demo_bot", "an answer"]
    await nadia.act("promote", chat_id=group, member_id=standin.bot_id)
    await place.send("all of it")
    assert (await heard(standin, "message"))[-1]["text"] == "all of it"


async def test_channels_and_their_posts(standin: Standin, nadia: Person) -> None:
    channel = await nadia.create_group(title="News", kind="channel")
    await nadia.at(channel).send("a post")
    [post] = await heard(standin, "channel_post")
    assert post["text"] == "a post"
    assert post["sender_chat"]["type"] == "channel"
    assert "from" not in post
    await nadia.act("demote", chat_id=channel, member_id=standin.bot_id)
    _, body = await standin.call("sendMessage", chat_id=channel, text="x")
    assert body["description"] == "Bad Request: need administrator rights in the channel chat"
    omar = standin.person(user_id=5, first_name="Omar")
    await omar.act("join", chat_id=channel)
    with pytest.raises(Impossible):
        await omar.at(channel).send("me too")


async def test_members_come_and_go(standin: Standin, nadia: Person) -> None:
    group = await nadia.create_group(title="Oran")
    await standin.call("getUpdates", allowed_updates=["message", "chat_member"])
    omar = standin.person(user_id=5, first_name="Omar")
    await omar.act("join", chat_id=group)
    _, body = await standin.call("getChatMember", chat_id=group, user_id=5)
    assert body["result"]["status"] == "member"
    await omar.act("leave", chat_id=group)
    _, body = await standin.call("getChatMember", chat_id=group, user_id=5)
    assert body["result"]["status"] == "left"
    statuses = [each["new_chat_member"]["status"] for each in await heard(standin, "chat_member")]
    assert statuses == ["member", "left"]
    _, body = await standin.call("getChatAdministrators", chat_id=group)
    assert sorted(each["status"] for each in body["result"]) == ["administrator", "creator"]
    with pytest.raises(Impossible):
        await omar.at(group).send("still here?")


async def test_contacts_are_asked_for_in_private_only(standin: Standin, nadia: Person) -> None:
    group = await nadia.create_group(title="Oran")
    keyboard = {"keyboard": [[{"text": "x", "request_contact": True}]]}
    _, body = await standin.call("sendMessage", chat_id=group, text="x", reply_markup=keyboard)
    assert body["description"] == (
        "Bad Request: phone number can be requested in private chats only"
    )


async def test_a_group_gets_twenty_messages_a_minute(standin: Standin, nadia: Person) -> None:
    group = await nadia.create_group(title="Oran")
    await standin.knobs(limits=True)
    codes = [(await standin.call("sendMessage", chat_id=group, text="x"))[0] for _ in range(22)]
    assert codes[:20] == [200] * 20
    assert codes[21] == 429


async def test_others_see_a_restricted_keyboard_only_when_meant(
    standin: Standin, nadia: Person
) -> None:
    group = await nadia.create_group(title="Oran")
    omar = standin.person(user_id=5, first_name="Omar")
    await omar.act("join", chat_id=group)
    asked = await nadia.at(group).send("/queue")
    await standin.call(
        "sendMessage",
        chat_id=group,
        text="choose",
        reply_parameters={"message_id": asked["message_id"]},
        reply_markup={"keyboard": [["one"]], "selective": True},
    )
    assert nadia.at(group).keyboard == ["one"]
    assert omar.at(group).keyboard == []


async def test_a_bot_hears_of_its_own_pins_and_leaving(standin: Standin, nadia: Person) -> None:
    group = await nadia.create_group(title="Oran")
    _, body = await standin.call("sendMessage", chat_id=group, text="rules")
    message_id = body["result"]["message_id"]
    assert (await standin.call("pinChatMessage", chat_id=group, message_id=message_id))[0] == 200
    _, body = await standin.call("getChat", chat_id=group)
    assert body["result"]["pinned_message"]["text"] == "rules"
    assert (await standin.call("leaveChat", chat_id=group))[0] == 200
    told = await heard(standin, "message")
    assert [each["pinned_message"]["text"] for each in told if "pinned_message" in each] == [
        "rules"
    ]
    assert told[-1]["left_chat_member"]["id"] == standin.bot_id
    status, body = await standin.call("sendMessage", chat_id=group, text="x")
    assert (status, body["description"]) == (
        403,
        "Forbidden: bot is not a member of the supergroup chat",
    )
