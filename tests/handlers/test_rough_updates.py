"""Updates of every kind: each gets a sensible answer or a deliberate silence, never a fault."""

from __future__ import annotations

from typing import Any

import pytest

from services import people
from tests.support.chat import Chat, FundBot

USER = {"id": 7001, "is_bot": False, "first_name": "Samir", "language_code": "fr"}
PRIVATE = {"id": 7001, "type": "private", "first_name": "Samir"}
GROUP = {"id": -100_500, "type": "supergroup", "title": "Voisins"}
CHANNEL = {"id": -100_900, "type": "channel", "title": "Nouvelles"}
FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 10}


def message(chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    return {"message_id": 9, "date": 1_780_000_000, "chat": chat, "from": USER, **content}


def answered(bot: FundBot, **update: Any) -> list[str]:
    """The methods that an update led to."""
    before = len(bot.calls)
    bot.update(**update)
    return [call.method for call in bot.calls[before:]]


@pytest.fixture
def bot(sqlite_bot: FundBot) -> FundBot:
    sqlite_bot.chat().send("/start")
    return sqlite_bot


SAID = {
    "sticker": {
        "sticker": {
            **FILE,
            "width": 9,
            "height": 9,
            "type": "regular",
            "is_animated": False,
            "is_video": False,
        }
    },
    "voice": {"voice": {**FILE, "duration": 3}},
    "video note": {"video_note": {**FILE, "duration": 3, "length": 100}},
    "audio": {"audio": {**FILE, "duration": 3}},
    "animation": {"animation": {**FILE, "duration": 3, "width": 9, "height": 9}},
    "location": {"location": {"latitude": 36.7, "longitude": 3.0}},
    "venue": {
        "venue": {
            "location": {"latitude": 36.7, "longitude": 3.0},
            "title": "Agence",
            "address": "Alger",
        },
        "location": {"latitude": 36.7, "longitude": 3.0},
    },
    "poll": {
        "poll": {
            "id": "1",
            "question": "?",
            "options": [],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
        }
    },
    "dice": {"dice": {"emoji": "🎲", "value": 3}},
    "contact of another": {
        "contact": {"phone_number": "213550000009", "first_name": "X", "user_id": 8}
    },
    "contact without an account": {"contact": {"phone_number": "213550000009", "first_name": "X"}},
    "forwarded": {
        "text": "bonjour",
        "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "x"},
    },
    "game": {
        "game": {"title": "g", "description": "d", "photo": [{**FILE, "width": 1, "height": 1}]}
    },
    "story": {"story": {"chat": CHANNEL, "id": 4}},
    "unheard of": {"hologram": {"depth": 3}},
    "empty text": {"text": ""},
    "blank": {"text": "   \n "},
    "slash": {"text": "/"},
    "another bot's command": {"text": "/status@other_bot"},
    "unknown command": {"text": "/nothing_like_it"},
    "document": {"document": {**FILE, "file_name": "a.pdf", "mime_type": "application/pdf"}},
    "photo": {"photo": [{**FILE, "width": 1, "height": 1}], "caption": "voici"},
    "huge": {"text": "a" * 4096},
    "emoji": {"text": "👍" * 50},
    "markup": {"text": "<b>&lt;script>{0}%s${x}</b>"},
}


@pytest.mark.parametrize("content", SAID.values(), ids=SAID.keys())
@pytest.mark.parametrize("consented", [False, True])
def test_whatever_is_sent_in_private_is_answered_once(
    bot: FundBot, content: dict[str, Any], consented: bool
) -> None:
    if consented:
        bot.chat().press("J’accepte")
        bot.chat().send("/cancel")
    said = answered(bot, message=message(**content))
    assert "sendMessage" in said
    assert len(said) <= 3


SILENT: dict[str, dict[str, Any]] = {
    "channel post": {"channel_post": message(CHANNEL, text="x")},
    "edited channel post": {"edited_channel_post": message(CHANNEL, text="x")},
    "inline query": {"inline_query": {"id": "1", "from": USER, "query": "", "offset": ""}},
    "join request": {"chat_join_request": {"chat": GROUP, "from": USER, "date": 1}},
    "reaction": {"message_reaction": {"chat": PRIVATE, "user": USER, "message_id": 9, "date": 1}},
    "business": {"business_message": message(text="x")},
    "poll": {"poll": {"id": "1"}},
    "another bot": {"message": message(text="/start", **{"from": {**USER, "is_bot": True}})},
    "anonymous admin": {
        "message": message(
            GROUP,
            text="/help@fund_bot",
            sender_chat=GROUP,
            **{"from": {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"}},
        )
    },
    "a channel's post in its group": {
        "message": message(
            GROUP,
            text="/help@fund_bot",
            sender_chat=CHANNEL,
            is_automatic_forward=True,
            **{"from": {"id": 777_000, "is_bot": False, "first_name": "Telegram"}},
        )
    },
    "talk in a group": {"message": message(GROUP, text="bonjour")},
    "photo in a group": {"message": message(GROUP, photo=[{**FILE, "width": 1, "height": 1}])},
    "edited in a group": {"edited_message": message(GROUP, text="x", edit_date=1)},
    "live location moves": {
        "edited_message": message(
            location={"latitude": 36.7, "longitude": 3.0, "live_period": 900}, edit_date=2
        )
    },
    "pinned": {"message": message(pinned_message=message(text="x"))},
    "background": {"message": message(chat_background_set={"type": {"type": "fill"}})},
    "video chat": {"message": message(GROUP, video_chat_started={})},
    "boost": {"message": message(GROUP, boost_added={"boost_count": 1})},
    "hidden topic": {"message": message(GROUP, general_forum_topic_hidden={})},
    "users shared": {"message": message(users_shared={"request_id": 1, "users": []})},
    "gift": {"message": message(gift={})},
    "write access": {"message": message(write_access_allowed={})},
    "auto delete": {
        "message": message(message_auto_delete_timer_changed={"message_auto_delete_time": 1})
    },
    "site login": {"message": message(connected_website="x.example")},
}


@pytest.mark.parametrize("update", SILENT.values(), ids=SILENT.keys())
def test_what_is_nobodys_question_meets_silence(bot: FundBot, update: dict[str, Any]) -> None:
    assert answered(bot, **update) == []


def test_what_telegram_leaves_out_is_no_trouble(sqlite_bot: FundBot) -> None:
    """Servers and tests differ in what they send beside the necessary."""
    said = answered(
        sqlite_bot,
        message={
            "message_id": 1,
            "chat": {"id": 7001, "type": "private"},
            "from": {"id": 7001, "first_name": "S"},
            "text": "/start",
        },
    )
    assert "sendMessage" in said


def test_what_another_edition_of_the_server_leaves_out_costs_nobody_an_answer(
    sqlite_bot: FundBot,
) -> None:
    sqlite_bot.chat().send("/start")
    whole = message(text="/help")
    for part in (
        {"from": {"id": 7001}},
        {"from": {"id": 7001, "is_bot": False}},
        {"chat": {"id": 7001}},
        {"date": "x"},
        {"text": None, "document": {"file_id": "f"}},
        {"text": None, "photo": [{"file_id": "f", "file_unique_id": "u"}]},
        {"text": None, "contact": {"phone_number": "+213550000001", "user_id": 7001}},
    ):
        told = {name: value for name, value in (whole | part).items() if value is not None}
        assert "sendMessage" in answered(sqlite_bot, message=told), part
    pressed = {"id": "1", "from": {"id": 7001}, "message": {"message_id": 5, "chat": {"id": 7001}}}
    assert "answerCallbackQuery" in answered(sqlite_bot, callback_query=pressed | {"data": "x"})
    assert answered(sqlite_bot, callback_query={"id": "1"}) == []


def test_a_live_location_is_answered_once_and_an_edited_text_each_time(bot: FundBot) -> None:
    live = {"latitude": 36.7, "longitude": 3.0, "live_period": 900}
    assert "sendMessage" in answered(bot, message=message(location=live))
    assert answered(bot, edited_message=message(location=live, edit_date=1)) == []
    assert answered(bot, edited_message=message(text="autre", edit_date=1)) == ["sendMessage"]


def press(data: str | None, **of: Any) -> dict[str, Any]:
    query = {"id": "q", "from": USER, "chat_instance": "1", **of}
    return {"callback_query": query if data is None else {**query, "data": data}}


@pytest.mark.parametrize(
    "data",
    [None, "", "x", "A" * 64, "a" * 65, "é" * 60, "AAAA", "🎲", "=" * 20, "\n", "0", "status.open"],
)
@pytest.mark.parametrize(
    "of",
    [
        {"message": message()},
        {"inline_message_id": "i"},
        {"message": {"message_id": 9, "date": 0, "chat": PRIVATE}},
        {"message": message(GROUP)},
        {"message": message(CHANNEL)},
        {"game_short_name": "g", "message": message()},
    ],
    ids=["usual", "inline", "too old", "group", "channel", "game"],
)
def test_any_press_is_answered_and_changes_nothing(
    bot: FundBot, data: str | None, of: dict[str, Any]
) -> None:
    events = len(bot.events())
    assert answered(bot, **press(data, **of)) == ["answerCallbackQuery"]
    assert len(bot.events()) == events


def test_a_button_works_under_a_message_too_old_to_be_shown(bot: FundBot) -> None:
    data = bot.chat().data_of("J’accepte")
    old = {"message_id": 9, "date": 0, "chat": PRIVATE}
    said = answered(bot, **press(data, message=old))
    assert said.count("answerCallbackQuery") == 1
    assert "sendMessage" in said
    assert bot.events("person.consented")


def test_a_button_shown_to_another_is_not_ones_own(bot: FundBot) -> None:
    data = bot.chat().data_of("J’accepte")
    other: Chat = bot.chat(7002)
    other.send("/start")
    other.press_data(data)
    assert other.toasts
    assert not bot.events("person.consented")


def test_a_button_under_a_picture_answers_with_a_new_message(bot: FundBot) -> None:
    data = bot.chat().data_of("J’accepte")
    picture = message(photo=[{**FILE, "width": 1, "height": 1}], caption="QR")
    said = answered(bot, **press(data, message=picture))
    assert "editMessageText" not in said
    assert "sendMessage" in said


LINKS = [
    "link_ABCDEF", "link_", "link_%00", "agency_16", "agency_99999", "agency_",
    "case_R-16-26-000123-0",
    "case_x", "staff_abc", "staff_", "unknown_1", "link", "_", "a" * 64, "a" * 4000, "../../etc",
    "<b>", "' OR 1=1 --", "link_" + "9" * 60, "LINK_ABC", "case_../..", "ا_ب", "\u202elink_ABC",
]  # fmt: skip


@pytest.mark.parametrize("payload", LINKS)
@pytest.mark.parametrize("consented", [False, True])
def test_every_deep_link_leads_somewhere(bot: FundBot, payload: str, consented: bool) -> None:
    if consented:
        bot.chat().press("J’accepte")
    said = answered(bot, message=message(text=f"/start {payload}"))
    assert "sendMessage" in said
    if not consented:
        before = len(bot.calls)
        bot.chat().press("J’accepte")
        said = [call.method for call in bot.calls[before:]]
        assert "answerCallbackQuery" in said
        assert len(said) > 1


@pytest.mark.parametrize("status", ["member", "administrator", "left", "kicked"])
def test_the_bot_may_come_and_go_in_a_group_and_a_channel(bot: FundBot, status: str) -> None:
    rights = {"is_anonymous": False} | dict.fromkeys(
        (
            "can_be_edited", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
            "can_restrict_members", "can_promote_members", "can_change_info",
            "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
        ),
        False,
    )  # fmt: skip
    more: dict[str, Any] = {
        "administrator": rights,
        "kicked": {"until_date": 0},
    }.get(status, {})
    me = {"id": 1, "is_bot": True, "first_name": "B"}
    for chat in (GROUP, CHANNEL):
        change = {
            "chat": chat,
            "from": USER,
            "date": 1,
            "old_chat_member": {"user": me, "status": "left"},
            "new_chat_member": {"user": me, "status": status, **more},
        }
        assert answered(bot, my_chat_member=change) == []


def test_who_blocks_the_bot_is_known_from_the_least_that_telegram_says(bot: FundBot) -> None:
    for status in ("kicked", "member"):
        change = {"chat": PRIVATE, "from": USER, "new_chat_member": {"status": status}}
        assert answered(bot, my_chat_member=change) == []
        person = bot.do(lambda session: people.find(session, 7001))
        assert person is not None
        assert person.reachable is (status == "member")


def test_an_attachment_the_library_cannot_read_is_answered_all_the_same(bot: FundBot) -> None:
    for content in ({"sticker": {"file_id": "f"}}, {"voice": {}}, {"photo": [{"file_id": "f"}]}):
        assert "sendMessage" in answered(bot, message=message(**content))
