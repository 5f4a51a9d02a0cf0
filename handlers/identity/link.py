"""/link: prove who one is, by the phone the fund has registered or by a code of the counter.

own contact shared -> social security number typed -> linked. Every failed proof is answered by
the same text with the same buttons, so that nobody learns whether a number exists; too many
lock linking for a while. A code may be typed at any step, or come as `?start=link_CODE`.
"""

from __future__ import annotations

from handlers import general, typed_button, whose
from handlers.buttons import Button
from handlers.conversation import Action, Conversation, Step
from handlers.identity.mandate import tell_holders, tell_replaced
from handlers.message import NO_KEYBOARD, reply_keyboard
from handlers.turn import Turn
from services import linking, one_time_codes, proofs
from services.identity import SSN_LENGTH, NotAPhoneNumber, NotASocialSecurityNumber, normalise_ssn
from services.language.entities import EntityKind, only_number
from services.linking import SELF, OwnAccount, Proven

PHONE_DRAFT = "phone"  # the shared number's keyed fingerprint, gone with the draft
FAILED_ROWS = (
    (Button("link.try_again", "link.retry"),),
    (Button("link.have_code", "link.code"),),
)


# --- in ---------------------------------------------------------------------------------------


def open_link(turn: Turn) -> None:
    """Begin, unless it is locked or the person's own number is linked already."""
    try:
        proofs.check_not_locked(turn.session, turn.caller.telegram_id, turn.now)
    except proofs.LinkingLocked as lock:
        _locked(turn, lock)
        return
    own = [one for one in _accounts(turn) if one.kind == SELF]
    if own:
        turn.show(
            "link.already",
            [
                [Button("link.have_code", "link.code")],
                [Button("link.manage", "link.accounts")],
                [Button("button.menu", "menu.open")],
            ],
            name=whose.display_name(turn, own[0].contributor_id),
        )
        return
    turn.enter("link.phone")


def retry(turn: Turn) -> None:
    """Once more by the number: with the phone shared before, else from the beginning."""
    if turn.caller.drafts.get("link", {}).get(PHONE_DRAFT):
        turn.go("link.ssn")
    else:
        open_link(turn)


def open_code(turn: Turn) -> None:
    """The person has a code of the counter."""
    try:
        proofs.check_not_locked(turn.session, turn.caller.telegram_id, turn.now)
    except proofs.LinkingLocked as lock:
        _locked(turn, lock)
        return
    turn.go("link.code")


def follow_deep_link(turn: Turn) -> None:
    """`?start=link_CODE`, from the QR image or the link printed at the counter."""
    try:
        code = one_time_codes.normalise(turn.argument)
    except one_time_codes.NotACode:
        open_code(turn)
        return
    _try_code(turn, code)


# --- by phone ---------------------------------------------------------------------------------


def ask_phone(turn: Turn) -> None:
    """Only a keyboard under the input field can share one's own contact."""
    turn.say("link.phone", keyboard=_phone_keyboard(turn))


def take_phone(turn: Turn) -> None:
    """Keep the shared number for the proof; ask for the social security number."""
    message = turn.message
    assert message is not None
    if message.contact is not None:
        _take_contact(turn)
    elif _is_label(turn, "link.have_code"):
        turn.say("link.code_instead", keyboard=NO_KEYBOARD)
        turn.go("link.code")
    elif (code := _code_in(turn.text)) is not None:
        _try_code(turn, code)
    else:
        key = "link.phone_typed" if turn.text else "link.phone_wrong_kind"
        turn.say(key, keyboard=_phone_keyboard(turn))


def ask_ssn(turn: Turn) -> None:
    turn.ask("link.ssn", [[Button("link.have_code", "link.code")]])


def take_ssn(turn: Turn) -> None:
    """Compare: the fund has registered the shared phone for this number and no other."""
    message = turn.message
    assert message is not None
    if message.contact is not None:
        _take_contact(turn)
        return
    if not turn.text:
        turn.ask("link.ssn_wrong_kind")
        return
    if (code := _code_in(turn.text)) is not None:
        _try_code(turn, code)
        return
    try:
        ssn = only_number(turn.text, EntityKind.SSN) or normalise_ssn(turn.text)
    except NotASocialSecurityNumber as wrong:
        if wrong.reason in ("too_short", "too_long"):
            turn.ask("link.ssn_wrong_length", n=wrong.digits, expected=SSN_LENGTH)
        else:
            turn.ask("link.ssn_not_digits", expected=SSN_LENGTH)
        return
    phone = turn.draft.get(PHONE_DRAFT)
    if phone is None:  # the question came up without the one before it
        turn.go("link.phone")
        return
    try:
        proven = linking.link_by_phone(
            turn.session,
            turn.kit.vault,
            telegram_id=turn.caller.telegram_id,
            ssn=ssn,
            phone_fingerprint=bytes.fromhex(phone),
            rules=turn.kit.policy.identity_rules(turn.today),
            now=turn.now,
        )
    except proofs.LinkingLocked as lock:
        _locked(turn, lock)
    except proofs.ProofRefused:
        _failed(turn)
    else:
        _done(turn, proven)


# --- by code ----------------------------------------------------------------------------------


def ask_code(turn: Turn) -> None:
    turn.ask("link.code")


def take_code(turn: Turn) -> None:
    """Use the code, however it is typed."""
    if not turn.text:
        turn.ask("link.code_wrong_kind")
    elif (code := _code_in(turn.text)) is None:
        turn.ask("link.code_not_one")
    else:
        _try_code(turn, code)


# --- inside -----------------------------------------------------------------------------------


def _accounts(turn: Turn) -> list[linking.Linked]:
    return linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today)


def _take_contact(turn: Turn) -> None:
    """Only one's own contact, shared here and now, is a proof."""
    message = turn.message
    assert message is not None
    assert message.contact is not None
    contact = message.contact
    if contact.user_id != turn.caller.telegram_id or message.forward_origin is not None:
        turn.say("link.contact_not_yours", keyboard=_phone_keyboard(turn))
        return
    try:
        fingerprint = linking.phone_fingerprint(turn.kit.vault, contact.phone_number)
    except NotAPhoneNumber:
        turn.say("link.phone_not_usable", keyboard=NO_KEYBOARD)
        turn.go("link.code")
        return
    turn.draft[PHONE_DRAFT] = fingerprint.hex()
    turn.say("link.phone_received", keyboard=NO_KEYBOARD)
    turn.go("link.ssn")


def _try_code(turn: Turn, code: str) -> None:
    chat = turn.message.chat if turn.message is not None else None
    try:
        proven = linking.link_by_code(
            turn.session,
            turn.kit.vault,
            telegram_id=turn.caller.telegram_id,
            code=code,
            name=(chat.full_name or "") if chat is not None else "",
            rules=turn.kit.policy.identity_rules(turn.today),
            now=turn.now,
        )
    except proofs.LinkingLocked as lock:
        _locked(turn, lock)
    except proofs.ProofRefused:
        _failed(turn)
    except OwnAccount:
        turn.say("link.own_account", [[Button("link.manage", "link.accounts")]])
    else:
        _done(turn, proven)


def _failed(turn: Turn) -> None:
    """The one answer to every failed proof."""
    open_here = (turn.caller.step or "").startswith("link.")
    turn.say("link.failed", [*FAILED_ROWS, *([turn.navigation()] if open_here else [])])


def _locked(turn: Turn, lock: proofs.LinkingLocked) -> None:
    if (turn.caller.step or "").startswith("link."):
        turn.close()
    turn.caller.drafts.pop("link", None)
    turn.say("link.locked", keyboard=NO_KEYBOARD, until=lock.until)


def _done(turn: Turn, proven: Proven) -> None:
    """Say whose account it is; tell those who must know."""
    step = turn.caller.step
    if step is not None and step.startswith("link."):
        turn.close()
        if step == "link.phone":
            turn.say("link.accepted", keyboard=NO_KEYBOARD)
    turn.caller.drafts.pop("link", None)
    linked = proven.linked
    name = whose.display_name(turn, linked.contributor_id)
    if linked.kind == SELF:
        turn.say("link.done", general.menu_rows(turn), name=name)
        tell_replaced(turn, proven)
        mandates = linking.mandates_on(
            turn.session, turn.kit.vault, linked.contributor_id, turn.today
        )
        if mandates:
            turn.say(
                "link.mandates_exist",
                [[Button("link.manage", "link.accounts")]],
                n=len(mandates),
            )
    else:
        turn.say(
            "link.done_mandate",
            general.menu_rows(turn),
            name=name,
            until=linked.until,
        )
        tell_holders(turn, proven)


def _code_in(text: str) -> str | None:
    try:
        return one_time_codes.normalise(text)
    except one_time_codes.NotACode:
        return None


def _is_label(turn: Turn, key: str) -> bool:
    """Whether a keyboard's button was pressed, in whatever language it was shown."""
    typed = typed_button.plain(turn.text)
    return any(typed == typed_button.plain(words.label(key)) for words in turn.kit.words.values())


def _phone_keyboard(turn: Turn) -> dict[str, object]:
    words = turn.words
    return reply_keyboard(
        [{"text": words.label("link.share_phone"), "request_contact": True}],
        [{"text": words.label("link.have_code")}],
        [{"text": words.label("button.help")}, {"text": words.label("button.cancel")}],
    )


CONVERSATION = Conversation(
    name="link",
    commands={"link": open_link},
    steps=(
        Step("link.phone", ask=ask_phone, answer=take_phone),
        Step("link.ssn", ask=ask_ssn, answer=take_ssn, back="link.phone"),
        Step("link.code", ask=ask_code, answer=take_code, back="link.phone"),
    ),
    actions={
        "link.open": Action(open_link),
        "link.retry": Action(retry),
        "link.code": Action(open_code),
    },
    deep_links={"link": follow_deep_link},
)
