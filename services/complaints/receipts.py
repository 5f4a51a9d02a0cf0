"""The receipt of a complaint: a signed code that a counter verifies without a network.

It proves that these words were received at that time and what was promised. It names neither
the person nor the subject: whoever reads a receipt over a shoulder learns neither.
"""

from __future__ import annotations

from services import signing
from services.complaints import filing, letters
from services.complaints.office import Office
from services.complaints.store import Case
from services.references import Kind


class WordsGone(LookupError):
    """The words of the case were removed after their stated time: no code can be made of them."""


def code(office: Office, case: Case) -> str:
    """The signed code; the same case always gives the same one.

    Raises:
        WordsGone
    """
    answer_by, resolve_by = filing.promises(case)
    told = (one.text for one in letters.of(office, case).values() if one.kind == "complaint")
    words = next(told, None)
    if words is None:
        raise WordsGone
    return signing.sign(
        office.vault,
        Kind.COMPLAINT,
        case.reference,
        {
            "received_at": case.filed_at,
            "answer_by": answer_by,
            "resolve_by": resolve_by,
            "digest": signing.digest_of(words),
        },
    )
