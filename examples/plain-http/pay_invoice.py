"""One payment under Belay, with nothing but Python's standard library.

    BELAY_URL=https://belay.example.com BELAY_KEY=... EFFECTS=paid.jsonl \\
        python3 pay_invoice.py INVOICE BENEFICIARY "EUR 120.00"

Prints what became of it as one line of JSON. Exit code 0: paid, now or before. 3: refused or taken over. 4: Belay could
not be asked, so nothing was paid.
"""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

if len(sys.argv) != 4 or not {"BELAY_URL", "BELAY_KEY", "EFFECTS"} <= os.environ.keys():
    sys.exit(__doc__)
URL = os.environ["BELAY_URL"].rstrip("/")
KEY = os.environ["BELAY_KEY"]


class Refused(Exception):
    """Belay refused the call; `code` says why (docs/reference/errors.md)."""

    def __init__(self, problem):
        super().__init__(problem.get("detail", "Belay refused this call."))
        self.code = problem.get("code", "")


class Unreachable(Exception):
    """No usable answer came: nothing was permitted."""


# region call
def call(method, path, body=None, timeout=40):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(URL + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        problem = error.headers.get("Content-Type", "").startswith("application/problem+json")
        if problem and error.code < 500:
            raise Refused(json.load(error)) from None
        raise Unreachable(f"Belay answered {error.code}.") from None
    except (OSError, ValueError) as error:
        raise Unreachable(f"Belay did not answer: {error}") from None
    return answer
# endregion


def start(invoice):
    subject = {"invoiceId": invoice}
    attached = call("POST", "/v1/runs", {"control": "payment-approval", "subject": subject, "key": invoice})
    run_id, epoch = attached["run"]["runId"], attached["epoch"]
    unread = attached["instructionsToAcknowledge"]
    if unread is not None:
        print(f"{unread['byName']}: {unread['text']}", file=sys.stderr)
        call("POST", f"/v1/runs/{run_id}/acknowledge", {"epoch": epoch, "digest": unread["digest"]})
    return run_id, epoch


# region gate
def gate(run_id, epoch, step, key, arguments):
    """Asks until somebody has decided. Only an answer whose kind is `continue` lets the step through."""
    asked = {"epoch": epoch, "step": step, "key": key, "arguments": arguments, "redeem": True}
    asked["attempt"] = str(uuid.uuid4())
    while True:
        # Looked at before asking: a decision that comes in between is then not missed by the wait.
        revision = call("GET", f"/v1/runs/{run_id}")["revision"]
        answer = call("POST", f"/v1/runs/{run_id}/gate", asked)
        if answer["kind"] not in ("pause", "handoff", "inDoubt"):
            return answer
        print(f"{answer['because']} {answer['url']}", file=sys.stderr)
        query = urllib.parse.urlencode({"epoch": epoch, "after": revision})
        news = call("GET", f"/v1/runs/{run_id}/wait?{query}")  # a long poll: answers after 25 s at the latest
        if news["fenced"]:
            raise Refused({"code": "fenced", "detail": f"{news['holderName']} has control."})
# endregion


def pay(arguments):
    """Here the money would move. Whatever it throws is reported; a dead process leaves the step in doubt."""
    with open(os.environ["EFFECTS"], "a", encoding="utf-8") as effects:
        effects.write(json.dumps(arguments) + "\n")
    return f"paid {arguments['amount']}"


# region step
def tell(path, body):
    """What has happened stays so, whether it can be told or not: what is not reported is in doubt, and a person is asked."""
    try:
        call("POST", path, body)
    except (Refused, Unreachable) as untold:
        print(f"Not told to Belay: {untold}", file=sys.stderr)


def release(run_id, epoch, arguments):
    key = f"release-{arguments['invoiceId']}"
    answer = gate(run_id, epoch, "release-payment", key, arguments)
    if answer["kind"] == "done":
        return {"paid": "before", "result": answer["result"]}
    if answer["kind"] != "continue":
        return {"paid": "not", "because": answer.get("toModel", answer["because"])}
    try:
        result = pay(answer["arguments"])  # exactly these: a person may have edited them
    except Exception as error:
        tell(f"/v1/runs/{run_id}/report", {"epoch": epoch, "key": key, "result": {"status": "failed", "error": str(error)}})
        raise
    tell(f"/v1/runs/{run_id}/report", {"epoch": epoch, "key": key, "result": {"status": "done", "value": result}})
    return {"paid": "now", "result": result}
# endregion


def main():
    invoice, beneficiary, amount = sys.argv[1:4]
    try:
        run_id, epoch = start(invoice)
        became = release(run_id, epoch, {"invoiceId": invoice, "beneficiaryId": beneficiary, "amount": amount})
        tell(f"/v1/runs/{run_id}/finish", {"epoch": epoch, "outcome": became})
    except Refused as refused:
        became = {"paid": "not", "because": str(refused), "code": refused.code}
    except Unreachable as unreachable:
        print(json.dumps({"paid": "not", "because": str(unreachable)}))
        return 4
    print(json.dumps(became))
    return 3 if became["paid"] == "not" else 0


if __name__ == "__main__":
    sys.exit(main())
