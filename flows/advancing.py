"""One advance of a run: claim it, replay its playbook, and say how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from flows import replaying
from flows.playbook import Playbook
from flows.replaying import Finished, Held, Misfit, Parked, Perform, Replay, plainly
from flows.run import Run
from incidents.record import database
from incidents.response.steps import runs
from incidents.response.steps.runs import Advance, Claim, PlaybookRun, Superseded, Where

Shelf = Mapping[tuple[str, int], Playbook]
"""The playbooks an executor has, by code and version."""


@dataclass(frozen=True)
class Ending:
    """How an advance ended: the name and message a flow run of Prefect shows."""

    name: str
    message: str = ""


GIVEN_BACK = "Given back"
NOT_OURS = Ending("Superseded", "another executor has it, or nothing is due")


def shelf(playbooks: Sequence[Playbook]) -> Shelf:
    """Playbooks by code and version."""
    return {(each.code, each.version): each for each in playbooks}


def take(run_id: UUID, where: Where, *, flow_run: UUID | None = None) -> Held | None:
    """Claim a run for one advance and load it; ``None`` when it is not to be had."""
    with database.transaction() as session:
        claim = runs.claim(session, run_id, where)
        if claim is None:
            return None
        session.flush()
        if flow_run:
            _shown(session, claim, flow_run)
        held = replaying.load(session, claim)
        if held.incident.live:
            return held
        # Resolved meanwhile: no playbook code runs, and nothing is due until something changes.
        runs.settle(session, claim, outcome="the incident is no longer worked on")
        return None


def _shown(session: Session, claim: Claim, flow_run: UUID) -> None:
    session.exec(
        update(Advance)
        .where(col(Advance.run_id) == claim.run_id, col(Advance.fence) == claim.fence)
        .values(flow_run=flow_run)
    )


def execute(held: Held, playbooks: Shelf, perform: Perform = plainly) -> Ending:
    """Replay a claimed run and end its advance; a claim lost on the way ends as *Superseded*."""
    try:
        return _execute(held, playbooks, perform)
    except Superseded:
        return NOT_OURS


def _execute(held: Held, playbooks: Shelf, perform: Perform) -> Ending:
    playbook = playbooks.get((held.playbook, held.version))
    if playbook is None:
        with database.transaction() as session:
            runs.give_back(session, held.claim)
        return Ending(GIVEN_BACK, f"{held.playbook} v{held.version} is not here")
    if held.source_sha256 != playbook.source_sha256:
        step = misfit(held, playbook) if held.source_sha256 else None
        if step is not None:
            return _hold(held, step)
        _bind(held, playbook)
    return _replay(held, playbook, perform)


def _replay(held: Held, playbook: Playbook, perform: Perform) -> Ending:
    stage = Replay(held, perform)
    try:
        playbook.body(Run(stage))
    except Parked as parked:
        waiting_for = ", ".join(parked.waiting_for)
        with database.transaction() as session:
            runs.settle(
                session,
                held.claim,
                outcome=f"waiting for: {waiting_for}",
                waiting_for=waiting_for,
                wake_at=stage.wake_at,
            )
        return Ending("Waiting", f"waiting for: {waiting_for}")
    except Misfit as found:
        return _hold(held, found.key)
    except Superseded:
        raise
    except Finished:
        pass
    except Exception as error:  # noqa: BLE001 - a playbook is content: its faults are recorded, retried, and stop nobody else
        return _fail(held, error)
    with database.transaction() as session:
        runs.settle(session, held.claim, outcome="finished", finished=True)
    return Ending("Finished")


def _fail(held: Held, error: Exception) -> Ending:
    said = f"{type(error).__name__}: {error}"
    with database.transaction() as session:
        again = runs.fail(session, held.claim, said)
    return Ending("Failed", f"{said}; again at {again.isoformat(timespec='seconds')}")


def _hold(held: Held, step: str) -> Ending:
    with database.transaction() as session:
        runs.hold(session, held.claim, step=step)
    return Ending("Held", f"«{step}» no longer fits what is recorded")


def _bind(held: Held, playbook: Playbook) -> None:
    with database.transaction() as session:
        run: PlaybookRun = runs.hold_claim(session, held.claim)
        run.source_sha256 = playbook.source_sha256
        session.add(run)


def misfit(held: Held, playbook: Playbook) -> str | None:
    """The first recorded step a changed playbook no longer comes by; ``None`` when all fit.

    A dry replay: whatever is new is passed over unopened, and stops the body where it waits.
    """
    stage = Replay(held, dry=True)
    try:
        playbook.body(Run(stage))
    except (Parked, Finished):
        pass
    except Misfit as found:
        return found.key
    except Exception as error:  # noqa: BLE001 - a body that breaks here would break live as well
        return f"{type(error).__name__}: {error}"
    left = [step for key, step in held.steps.items() if key not in stage.met]
    return min(left, key=lambda step: step.number).key if left else None
