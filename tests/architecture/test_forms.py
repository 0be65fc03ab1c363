"""Forms are append-only: an old step is read with the form it was asked by."""

import pytest

from incidents.response.steps import crisis_forms, exercise_forms, forms
from incidents.response.steps.forms import REGISTRY

OURS = {forms.__name__, crisis_forms.__name__, exercise_forms.__name__}

# What has been released stays; a form may only gain fields that need no answer.
RELEASED = {
    "Done": {"note"},
    "ObjectionReview": {"note"},
    "Capture": {"screenshot_kept", "interactions", "note"},
    "Classification": {"nature", "content_type", "subject", "claims"},
    "Verification": {"finding", "explanation", "source", "next_word_at"},
    "AnswerOrWatch": {
        "spreading", "silence_harms", "fact_held", "without_repeating", "course", "reason",
        "review_at",
    },
    "Draft": {"title", "text"},
    "LegalCheck": {"verdict", "comment"},
    "SignOff": {"verdict", "comment"},
    "Posted": {"channels", "unchanged"},
    "Request": {"referral", "reference", "addressee", "ground"},
    "Measurement": {"interactions", "falling", "note"},
    "HowItStands": {"change", "trend", "note"},
    "ExercisePlan": {"purpose", "playbook", "scenario", "injects", "begins_at"},
    "Approval": {"verdict", "comment"},
    "ExerciseMarks": {
        "acknowledgements", "first_text", "deadlines", "coordination", "kept_inside", "errors",
    },
    "Lessons": {"summary", "lessons"},
    "Conclusion": {"summary", "lessons", "library_updated", "report_url"},
    "HazardReport": {"finding", "explanation", "source", "next_word_at", "danger"},
    "CaseReport": {"finding", "explanation", "source", "next_word_at", "cases"},
    "YesOrNo": {"yes", "ground"},
    "ChannelCheck": {"attack", "called", "note"},
    "NewsroomAnswer": {"redress", "missing"},
    "PolicyDecision": {"course", "reason", "promises", "options", "dissent"},
    "Promises": {"promises", "note"},
    "PromiseKept": {"outcome", "account"},
    "Recusal": {"lead", "chair", "concerned", "reason", "note"},
}  # fmt: skip


def test_every_form_is_listed_here() -> None:
    ours = {name for name, form in REGISTRY.items() if form.__module__ in OURS}
    assert ours == set(RELEASED), "a new form belongs into this list, an old one stays for ever"


@pytest.mark.parametrize("name", sorted(RELEASED))
def test_a_released_form_keeps_its_fields_and_gains_only_optional_ones(name: str) -> None:
    fields = REGISTRY[name].model_fields
    assert RELEASED[name] <= set(fields)
    assert not [f for f in fields.keys() - RELEASED[name] if fields[f].is_required()]


@pytest.mark.parametrize("name", sorted(RELEASED))
def test_every_field_has_words_for_the_page(name: str) -> None:
    assert REGISTRY[name].heading
    assert all(field.title for field in REGISTRY[name].model_fields.values())
