"""What a stock Prefect worker loads: the flow of one advance of whichever playbook."""

from flows import pool, prefect_flow
from incidents.response.steps.runs import Where

advance = prefect_flow.made(pool.NAME, pool.shelf_here, Where.POOL)
