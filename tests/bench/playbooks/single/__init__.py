"""Playbooks that do one thing, so that it can be measured."""

from flows.authoring import COMMUNE, DUTY_OFFICER, Run, hours, playbook

STEPS = 200


@playbook("Không làm gì", code="BENCH_QUIET", version=1)
def quiet(run: Run) -> None:
    run.open_incident()


@playbook("Gọi mọi người", code="BENCH_CALL_OUT", version=1)
def call_out(run: Run) -> None:
    run.open_incident()
    run.activate_task_force(COMMUNE)


@playbook("Việc nối việc", code="BENCH_STEPS", version=1)
def chain(run: Run) -> None:
    run.open_incident()
    for number in range(1, STEPS + 1):
        run.wait(run.ask(f"step {number}", of=DUTY_OFFICER, due=hours(24)))
