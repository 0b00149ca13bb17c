/*
 * The fence: who may carry out a step while an agent, its replacement, two approvers and a person act at once,
 * through two nodes that each decide on a remembered copy of the run's row and commit by comparing its revision.
 *
 * -DVARIANT=REAL holds. Every other variant takes one rule away and has to break a claim:
 *   NO_COMPARE         a commit does not compare the revision that it was decided on
 *   TELL_EPOCH         a heartbeat tells the current epoch to whoever asks
 *   TELL_FIRST         "you have control" is said before the commit
 *   REFUSE_FROM_CACHE  a refusal is told without deciding again on fresh state
 *   KEEP_VOTES         a takeover leaves the signatures of an open approval standing
 *   RUN_AGAIN          a step that was redeemed and never reported is let through a second time
 * -DREACH=... asks the other way round: the named situation has to be reachable, or the claims are empty.
 */
#define REAL 0
#define NO_COMPARE 1
#define TELL_EPOCH 2
#define TELL_FIRST 3
#define REFUSE_FROM_CACHE 4
#define KEEP_VOTES 5
#define RUN_AGAIN 6
#ifndef VARIANT
#define VARIANT REAL
#endif

/* Two casts, each small enough to be looked at whole: two agent processes, or one with two approvers. */
#ifndef APPROVERS
#define APPROVERS 0
#endif

/* How often an agent process asks. */
#ifndef TRIES
#define TRIES 4
#endif

#define NOTHING 0
#define EFFECT 1            /* the step is carried out */
#define EFFECT_AFTER_TAKE 2 /* an effect that was under way lands after the person was told so */
#define LATE_REPORT 3       /* a report of an old epoch */
#define VOID_VOTE 4         /* a signature comes after the takeover and is refused */
#define MOVED 5             /* a commit finds that the row has moved and decides again */
#define EFFECT_AFTER_RETURN 6
#ifndef REACH
#define REACH NOTHING
#endif
#define reached(what) assert(REACH != what)

/* holder */
#define AGENT 0
#define PERSON 1
/* approval */
#define NONE 0
#define WAITING 1
#define SIGNED 2
#define USED 3
/* permit (NONE as above) */
#define GRANTED 1
#define REDEEMED 2
#define DONE 3
/* commands */
#define ATTACH 0
#define GATE 1
#define REDEEM 2
#define REPORT 3
#define TAKE 4
#define RETURN 5
#define VOTE 6
#define CARRY_OUT 7 /* asks nobody */
#define GIVE_UP 8
/* answers */
#define OK 0
#define REFUSED 1
#define LOST 2 /* committed, but no answer came: the node died, or the line did */

#define NOBODY 9

typedef Row {
  byte revision;
  byte epoch;
  bit holder;
  byte approval;
  byte request; /* which request the signatures are for */
  byte votes;   /* one bit for each approver; the quorum is both */
  byte permit;
  byte redeemer /* kept with the idempotency key: who gets the same answer again */
}
#define COPY(to, from) \
  to.revision = from.revision; to.epoch = from.epoch; to.holder = from.holder; to.approval = from.approval; \
  to.request = from.request; to.votes = from.votes; to.permit = from.permit; to.redeemer = from.redeemer
#define ZERO(row) \
  row.revision = 0; row.epoch = 0; row.holder = 0; row.approval = 0; \
  row.request = 0; row.votes = 0; row.permit = 0; row.redeemer = 0

Row db;
Row cache[2];

/* Scratch of the command under way, and its answer. Zero between commands. */
Row seen;
bool accepted, changed;
bit node;
byte answer;

/* What a bystander who sees everything knows. No decision reads these. */
bool told;                 /* the person was told: you have control */
bool listed;               /* ... and that a step is under way */
bool returned;
byte attached = 0;         /* the agent process that took the run up last */
byte unsigned_ = 3;        /* approvers who have not signed since the last takeover */
byte effects;

#define EVERY_APPROVER ((1 << APPROVERS) - 1)

#define holds(row) (row.holder == AGENT && row.epoch == mine)

/* The pure decision: from `seen` to the next `seen`, or not accepted. `me`: who; `mine`: epoch or request looked at. */
inline decide(command) {
  accepted = true; changed = true;
  if
  :: command == ATTACH && seen.holder == AGENT ->
     seen.epoch++;
     if :: seen.permit == GRANTED -> seen.permit = NONE :: else fi
  :: command == GATE && holds(seen) ->
     if
     :: seen.permit == REDEEMED && VARIANT == RUN_AGAIN -> seen.permit = GRANTED
     :: seen.permit == NONE && APPROVERS == 0 -> seen.permit = GRANTED
     :: seen.permit == NONE && APPROVERS == 2 && seen.approval == NONE -> seen.approval = WAITING; seen.request++; seen.votes = 0
     :: seen.permit == NONE && APPROVERS == 2 && seen.approval == SIGNED -> seen.permit = GRANTED
     :: else -> changed = false /* the same answer as before: waiting, granted, in doubt or done */
     fi
  :: command == REDEEM && holds(seen) && seen.permit == GRANTED ->
     seen.permit = REDEEMED; seen.approval = USED; seen.redeemer = me
  :: command == REDEEM && seen.permit == REDEEMED && seen.redeemer == me -> changed = false /* the kept answer */
  :: command == REPORT && seen.permit >= REDEEMED ->
     if :: holds(seen) -> seen.permit = DONE :: else -> changed = false /* late: evidence */ fi
  :: command == TAKE && seen.holder == AGENT ->
     seen.holder = PERSON; seen.epoch++;
     if :: seen.permit == GRANTED -> seen.permit = NONE :: else fi;
     if :: VARIANT != KEEP_VOTES && seen.approval != USED -> seen.approval = NONE; seen.votes = 0 :: else fi
  :: command == TAKE && seen.holder == PERSON -> changed = false
  :: command == RETURN && seen.holder == PERSON -> seen.holder = AGENT; seen.epoch++
  :: command == RETURN && seen.holder == AGENT -> changed = false
  :: command == VOTE && seen.approval == WAITING && seen.request == mine ->
     seen.votes = seen.votes | (1 << me);
     if :: seen.votes == 3 -> seen.approval = SIGNED :: else fi
  :: else -> accepted = false
  fi
}

/* The claims, looked at in the instant of each commit: `db` is the row before it, `seen` the row after it. */
inline witness(command) {
  if
  :: command == REDEEM && !(db.permit == REDEEMED && db.redeemer == me) ->
     assert(!told);                        /* takeover is real */
     assert(attached == me);               /* one process at a time */
     assert(unsigned_ == 0)                /* signed, and since the last takeover */
  :: command == GATE && db.permit == NONE && seen.permit == GRANTED -> assert(unsigned_ == 0)
  :: command == REPORT && !holds(db) -> assert(seen.permit == db.permit); reached(LATE_REPORT)
  :: command == ATTACH -> attached = me
  :: command == TAKE && db.holder == AGENT -> attached = NOBODY; unsigned_ = EVERY_APPROVER
  :: command == VOTE ->
     unsigned_ = unsigned_ & ~(1 << me);
     assert(unsigned_ != 0 || seen.approval != WAITING) /* no signature is lost */
  :: else -> skip
  fi
}

/*
 * One command at one node, up to the commit. A node works on one command of a run at a time, so the time between
 * decision and commit is the age of its copy: any commit of the other node may lie in between.
 */
inline perform(command) {
  atomic {
    if :: node = 0 :: node = 1 fi;
    d_step {
      COPY(seen, cache[node]);
      decide(command);
      if
      :: accepted && seen.revision != db.revision && VARIANT != NO_COMPARE ->
         reached(MOVED);
         COPY(seen, db); decide(command)
      :: !accepted && VARIANT != REFUSE_FROM_CACHE -> COPY(seen, db); decide(command)
      :: else -> skip
      fi;
      if
      :: accepted ->
         witness(command);
         seen.revision = seen.revision + changed;
         COPY(db, seen); COPY(cache[node], seen);
         answer = OK
      :: else ->
         COPY(seen, db); decide(command);
         assert(!accepted); /* a refusal is true */
         COPY(cache[node], db);
         answer = REFUSED
      fi
    }
    if
    :: answer == OK -> answer = LOST
    :: true -> skip
    fi
  }
}
#define FORGET ZERO(seen); accepted = false; changed = false; node = 0; answer = OK

/* Process 0 starts the run. Process 1 takes it up: after a crash, beside it, or after the return. */
proctype Agent(byte me) {
  byte mine = (me == 0 -> 1 : 0);
  byte tries = TRIES;
  byte todo = (me == 0 -> GATE : ATTACH);
end_waiting:
  do
  :: atomic { tries > 0 && todo != CARRY_OUT && (todo != GATE || db.approval != WAITING || !holds(db)) ->
       tries--;
       if :: VARIANT == TELL_EPOCH -> mine = db.epoch :: else fi;
       perform(todo);
       if
       :: answer == LOST -> skip /* asks the same again */
       :: answer == REFUSED -> todo = (me == 0 -> GIVE_UP : ATTACH)
       :: answer == OK && todo == ATTACH -> mine = seen.epoch; todo = GATE
       :: answer == OK && todo == GATE && seen.permit == NONE -> skip
       :: answer == OK && todo == GATE && seen.permit == GRANTED -> todo = REDEEM
       :: answer == OK && todo == GATE && seen.permit >= REDEEMED -> todo = GIVE_UP
       :: answer == OK && todo == REDEEM -> todo = CARRY_OUT
       :: answer == OK && todo == REPORT -> todo = GIVE_UP
       fi;
       FORGET
     }
  :: atomic { todo == CARRY_OUT -> /* any time later: nothing can recall it now */
       effects++;
       assert(effects == 1);    /* at most once */
       assert(!told || listed); /* nobody in control is surprised */
       reached(EFFECT);
       if :: told -> reached(EFFECT_AFTER_TAKE) :: else fi;
       if :: returned -> reached(EFFECT_AFTER_RETURN) :: else fi;
       todo = REPORT
     }
  :: todo == GIVE_UP || (tries == 0 && todo != CARRY_OUT) -> break
  od
}

/* The commit and telling the person of it are two moments. */
proctype Person(byte me) {
  byte mine = 0;
  byte tries = 2;
  bool taken, inFlight;
  if :: VARIANT == TELL_FIRST -> atomic { told = true; listed = (db.permit == REDEEMED) } :: else fi;
  do
  :: atomic { !taken && tries > 0 ->
       tries--;
       perform(TAKE);
       taken = (answer == OK);
       inFlight = (seen.permit == REDEEMED);
       FORGET
     }
  :: atomic { taken && !told -> told = true; listed = inFlight }
  :: atomic { taken && told ->
       told = false;
       perform(RETURN);
       returned = (answer == OK);
       FORGET;
       break
     }
  :: !taken && tries == 0 -> break
  od
}

proctype Approver(byte me) {
  byte mine = 0;
  byte tries = 2;
end_nothing_to_sign:
  do
  :: atomic { mine == 0 && tries > 0 && db.approval == WAITING -> mine = db.request } /* reads the card */
  :: atomic { mine != 0 -> /* and signs it later */
       tries--;
       perform(VOTE);
       if :: answer == REFUSED && db.holder == PERSON -> reached(VOID_VOTE) :: else fi;
       mine = 0;
       FORGET
     }
  :: mine == 0 && tries == 0 -> break
  od
}

init {
  atomic {
    db.epoch = 1;
    db.redeemer = NOBODY;
    COPY(cache[0], db);
    COPY(cache[1], db);
    unsigned_ = EVERY_APPROVER;
    run Person(7);
    run Agent(1);
#if APPROVERS
    run Approver(0);
    run Approver(1)
#else
    run Agent(0)
#endif
  }
}
