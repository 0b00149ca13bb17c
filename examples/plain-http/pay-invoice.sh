#!/bin/sh
# One payment under Belay with curl and jq: BELAY_URL, BELAY_KEY and EFFECTS in the environment, then
#   sh pay-invoice.sh INVOICE BENEFICIARY 'EUR 120.00'
# Exit code 0: paid, now or before. 3: not paid. Anything else: Belay could not be asked, so nothing was paid.
set -eu
[ $# -eq 3 ] || { sed -n 2,5p "$0" >&2; exit 2; }
subject=$(jq -nc --arg id "$1" '{invoiceId: $id}')
arguments=$(jq -nc --arg id "$1" --arg to "$2" --arg amount "$3" '{invoiceId: $id, beneficiaryId: $to, amount: $amount}')

# region curl
# printf, not echo: in some shells echo rewrites what has a backslash.
belay() { # METHOD PATH [BODY]: the answer; fails unless it is a good one, and says what was refused and why
  said=$(curl --silent --show-error --fail-with-body --max-time 40 --request "$1" "$BELAY_URL$2" \
    --header "Authorization: Bearer $BELAY_KEY" --header 'Content-Type: application/json' ${3:+--data "$3"}) ||
    { printf '%s\n' "$said" >&2; return 22; }
  printf '%s\n' "$said"
}

started=$(belay POST /v1/runs "$(jq -nc --argjson s "$subject" --arg key "$1" \
  '{control: "payment-approval", subject: $s, key: $key}')")
run=$(printf '%s\n' "$started" | jq -er .run.runId) epoch=$(printf '%s\n' "$started" | jq -er .epoch)

ask=$(jq -nc --argjson args "$arguments" --argjson epoch "$epoch" --arg key "release-$1" --arg attempt "$$-$(date +%s)" \
  '{epoch: $epoch, step: "release-payment", key: $key, attempt: $attempt, arguments: $args, redeem: true}')
while :; do
  # Looked at before asking: a decision that comes in between is then not missed by the wait.
  revision=$(belay GET "/v1/runs/$run" | jq -er .revision)
  answer=$(belay POST "/v1/runs/$run/gate" "$ask")
  kind=$(printf '%s\n' "$answer" | jq -er .kind)
  case $kind in pause | handoff | inDoubt) ;; *) break ;; esac
  # A person decides first. The long poll answers when something has changed, or after 25 s.
  belay GET "/v1/runs/$run/wait?epoch=$epoch&after=$revision" >/dev/null
done
# endregion

case $kind in
  continue)
    # region effect
    printf '%s\n' "$answer" | jq -c .arguments >>"$EFFECTS" # here the money would move, with exactly these
    belay POST "/v1/runs/$run/report" "$(jq -nc --argjson epoch "$epoch" --arg key "release-$1" \
      '{epoch: $epoch, key: $key, result: {status: "done", value: "paid"}}')" >/dev/null || echo 'Not reported: a person is asked what became of it.' >&2
    # endregion
    ;;
  done) ;;
  *)
    printf '%s\n' "$answer" | jq -r '.toModel // .because'
    exit 3
    ;;
esac
belay POST "/v1/runs/$run/finish" "$(jq -nc --argjson epoch "$epoch" '{epoch: $epoch}')" >/dev/null || echo 'Not finished.' >&2
printf '%s\n' "$answer" | jq -c '{kind, arguments}'
