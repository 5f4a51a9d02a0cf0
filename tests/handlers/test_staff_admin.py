"""/staff: seen, invited and shut out by administrators only, at once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from services import staff
from services.people import Role
from tests.support.chat import Chat, FundBot
from tests.support.fund import create_agency


def member(bot: FundBot, telegram_id: int, role: Role, *, agency: str | None = None) -> Chat:
    now = bot.clock.now()

    def add(session: Any) -> None:
        create_agency(session, "16")
        staff.add(
            session,
            telegram_id=telegram_id,
            name=f"Collègue {telegram_id}",
            role=role,
            agency=agency,
            now=now,
            actor="command",
        )

    bot.do(add)
    chat = bot.chat(telegram_id)
    chat.send("/start")
    return chat


def commands_of(bot: FundBot, telegram_id: int) -> set[str]:
    """The command list this person was last given."""
    lists = [
        call.params["commands"]
        for call in bot.calls
        if call.method == "setMyCommands" and call.params["scope"]["chat_id"] == telegram_id
    ]
    return {one["command"] for one in lists[-1]}


def role_of(bot: FundBot, telegram_id: int) -> Role | None:
    found = bot.do(lambda session: staff.of(session, telegram_id))
    return found.role if found is not None else None


def invitation(chat: Chat) -> str:
    found = re.search(r"start=(staff_\w+)", chat.text)
    assert found is not None
    return found[1]


def invite_agent(admin: Chat, *, name: str = "Nadia Agent") -> str:
    admin.send("/staff")
    admin.press("Inviter")
    admin.send(name)
    admin.press("agent")
    admin.send("١٦")
    admin.press("Créer le lien")
    return invitation(admin)


def test_an_invitation_gives_one_person_the_role_and_its_commands(fund_bot: FundBot) -> None:
    admin = member(fund_bot, 9001, Role.ADMIN)
    start = invite_agent(admin)
    fund_bot.restart()
    newcomer = fund_bot.chat(9002)
    newcomer.send(f"/start {start}")
    assert "Votre rôle : agent (16 · Alger Centre)" in newcomer.text
    assert role_of(fund_bot, 9002) is Role.AGENT
    given = commands_of(fund_bot, 9002)
    assert ("queue" in given) is ("queue" in fund_bot.kit.book.commands)
    assert "status" in given
    assert "staff" not in given

    second = fund_bot.chat(9003, language="ar")
    second.send(f"/start {start}")
    assert "غير صالحة" in second.text
    assert role_of(fund_bot, 9003) is None


def test_an_invitation_survives_restarts_between_its_steps(fund_bot: FundBot) -> None:
    admin = member(fund_bot, 9001, Role.ADMIN)
    admin.send("/staff")
    for act in (
        lambda: admin.press("Inviter"),
        lambda: admin.send("Nadia Agent"),
        lambda: admin.press("directeur"),
        lambda: admin.send("99"),
        lambda: admin.send("16"),
        lambda: admin.press("Créer le lien"),
    ):
        act()
        fund_bot.restart()
    assert admin.seen("Aucune agence n’a ce code")
    fund_bot.chat(9002).send(f"/start {invitation(admin)}")
    assert role_of(fund_bot, 9002) is Role.DIRECTOR


def test_a_manager_may_follow_the_whole_fund(sqlite_bot: FundBot) -> None:
    admin = member(sqlite_bot, 9001, Role.ADMIN)
    admin.send("/staff")
    admin.press("Inviter")
    admin.send_photo()
    assert "Écrivez le nom" in admin.text
    admin.send("Samia")
    admin.press("gestionnaire")
    admin.press("Toute la caisse")
    admin.press("Créer le lien")
    sqlite_bot.chat(9002).send(f"/start {invitation(admin)}")
    found = sqlite_bot.do(lambda session: staff.of(session, 9002))
    assert found is not None
    assert (found.role, found.agency) == (Role.MANAGER, None)


def test_an_invitation_runs_out(sqlite_bot: FundBot) -> None:
    start = invite_agent(member(sqlite_bot, 9001, Role.ADMIN))
    sqlite_bot.clock.advance(hours=72)
    newcomer = sqlite_bot.chat(9002)
    newcomer.send(f"/start {start}")
    assert "pas valable" in newcomer.text
    assert role_of(sqlite_bot, 9002) is None


def test_an_administrator_who_opens_the_invitation_keeps_role_and_invitation(
    sqlite_bot: FundBot,
) -> None:
    admin = member(sqlite_bot, 9001, Role.ADMIN)
    start = invite_agent(admin)
    admin.send(f"/start {start}")
    assert "déjà un rôle : administrateur" in admin.text
    sqlite_bot.chat(9002).send(f"/start {start}")
    assert role_of(sqlite_bot, 9002) is Role.AGENT


def test_who_leaves_is_out_from_the_next_message_on(fund_bot: FundBot) -> None:
    admin = member(fund_bot, 9001, Role.ADMIN)
    leaver = member(fund_bot, 9002, Role.ADMIN)
    assert "staff" in commands_of(fund_bot, 9002)
    leaver.send("/staff")
    deactivate = leaver.data_of("Collègue 9001")
    leaver.press("Inviter")

    admin.send("/staff")
    admin.press("Collègue 9002")
    admin.press("Retirer l’accès")
    assert role_of(fund_bot, 9002) is Role.ADMIN  # the first tap only asks
    admin.press("Oui, retirer")
    assert role_of(fund_bot, 9002) is None
    assert "a pris fin" in leaver.text
    assert "staff" not in commands_of(fund_bot, 9002)

    leaver.send("Quelqu’un")  # the open question of an invitation
    assert "Cette commande n’existe pas" in leaver.text
    leaver.press_data(deactivate)
    assert "plus valable" in leaver.toasts[-1]
    leaver.send("/staff")
    assert "Cette commande n’existe pas" in leaver.text
    assert role_of(fund_bot, 9001) is Role.ADMIN


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_every_action_asks_for_the_role_not_for_what_is_displayed(
    sqlite_bot: FundBot, role: Role
) -> None:
    member(sqlite_bot, 9001, Role.ADMIN)
    agency = "16" if role in staff.NEED_AGENCY else None
    chat = member(sqlite_bot, 9002, role, agency=agency)
    chat.send("/staff")
    assert "Cette commande n’existe pas" in chat.text
    seal = sqlite_bot.kit.seal
    for action in ("staff.open", "staff.card", "staff.deactivate", "staff.deactivate_yes"):
        chat.press_data(seal.write(9002, action, "9001", 0))
        assert "plus valable" in chat.toasts[-1]
    assert role_of(sqlite_bot, 9001) is Role.ADMIN


def test_the_last_administrator_stays(sqlite_bot: FundBot) -> None:
    admin = member(sqlite_bot, 9001, Role.ADMIN)
    admin.send("/staff")
    admin.press("Collègue 9001")
    admin.press("Retirer l’accès")
    admin.press("Oui, retirer")
    assert "seul administrateur" in admin.toasts[-1]
    assert role_of(sqlite_bot, 9001) is Role.ADMIN


def test_the_whole_in_arabic(sqlite_bot: FundBot) -> None:
    admin = member(sqlite_bot, 9001, Role.ADMIN)
    admin.send("/language")
    admin.press("العربية")
    admin.send("/staff")
    admin.press("دعوة")
    admin.send("نادية")
    admin.press("موظف")
    admin.send("16")
    admin.press("إنشاء الرابط")
    newcomer = sqlite_bot.chat(9002, language="ar")
    newcomer.send(f"/start {invitation(admin)}")
    assert "مرحبا نادية. صفتكم: موظف (16 · الجزائر الوسطى)" in newcomer.text


@pytest.mark.parametrize("typed", ["16", "alger centre", "ALGER-CENTRE", "الجزائر الوسطى"])
def test_the_agency_of_an_invitation_is_found_by_code_or_name(
    sqlite_bot: FundBot, typed: str
) -> None:
    chat = member(sqlite_bot, 9001, Role.ADMIN)
    chat.send("/staff")
    chat.press("Inviter")
    chat.send("Nabil")
    chat.press("agent")
    chat.send(typed)
    assert "16 · Alger Centre" in chat.text


@pytest.mark.parametrize("asked", ["/agency 16", "/agency alger"])
def test_an_administrator_sees_who_works_in_an_agency(fund_bot: FundBot, asked: str) -> None:
    chat = member(fund_bot, 9001, Role.ADMIN)
    assert "Personne n’y est inscrit" in chat.send(asked).text
    member(fund_bot, 9002, Role.DIRECTOR, agency="16")
    shown = chat.send(asked).text
    assert "Alger Centre · 16" in shown
    assert "directeur d’agence" in shown
    assert "n’a pas encore de groupe" in shown
    assert "sujets" in chat.send("/agency").text
    assert "Aucune agence" in chat.send("/agency 99").text


@pytest.mark.parametrize("role", [None, *(one for one in Role if one is not Role.ADMIN)])
def test_agencies_are_shown_to_administrators_only(sqlite_bot: FundBot, role: Role | None) -> None:
    if role is None:
        chat = sqlite_bot.chat()
    else:
        chat = member(sqlite_bot, 9002, role, agency="16" if role in staff.NEED_AGENCY else None)
    assert "n’existe pas" in chat.send("/agency 16").text
