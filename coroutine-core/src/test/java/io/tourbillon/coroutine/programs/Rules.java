package io.tourbillon.coroutine.programs;

import io.tourbillon.coroutine.programs.Frame.Signal;
import io.tourbillon.coroutine.programs.Frame.Signal.Stop;
import io.tourbillon.coroutine.programs.World.Mind;
import io.tourbillon.coroutine.programs.World.Status;
import io.tourbillon.coroutine.programs.World.Why;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the documentation says of one step: a turn of a coroutine up to its next suspension point,
 * or something that is due. Where it leaves a choice, {@link Choices} makes it.
 */
final class Rules {
  /** Chooses where the documentation does not say which. */
  @FunctionalInterface
  interface Choices {
    /** Returns a number from 0 to below the bound. */
    int choose(int bound);
  }

  /**
   * From when on suspension points throw, and what.
   *
   * @param stops one of these; several that came at the same time
   */
  record Strike(int at, List<Stop> stops) {
    static final Strike NONE = new Strike(World.NEVER, List.of());

    /** Returns the earlier one, or both if they come together. */
    Strike or(int otherAt, Stop other) {
      if (otherAt == World.NEVER || otherAt > at) {
        return this;
      }
      return otherAt < at
          ? new Strike(otherAt, List.of(other))
          : new Strike(at, World.with(stops, other));
    }
  }

  final World world;
  private final Choices choices;
  final Exchanges exchanges;
  final Families families;

  Rules(World world, Choices choices) {
    this.world = world;
    this.choices = choices;
    exchanges = new Exchanges(this);
    families = new Families(this);
  }

  // What is due.

  /** Returns when something happens to a coroutine that waits, if nothing comes before. */
  int dueAt(Mind mind) {
    return mind.status != Status.WAITING ? World.NEVER : Math.min(mind.dueAt, strikeOf(mind).at);
  }

  /** A delay or a limit of a coroutine that waits is over. */
  void expire(Mind mind) {
    exchanges.leaveQueues(mind);
    mind.dueAt = World.NEVER;
    mind.status = Status.READY;
    mind.why = mind.op instanceof Op.Delay ? Why.DELAYED : Why.CUT;
  }

  /** The limit of a scope is over. */
  void timeOut(int scope) {
    families.fail(scope, "late");
  }

  void passHorizon() {
    world.horizonHasPassed = true;
    world.nextHorizon += Program.HORIZON_MILLIS;
    for (Mind mind : world.minds) {
      boolean _ = cancel(mind);
    }
  }

  // Cancellation.

  private Strike strikeOf(Mind mind) {
    if (isClosingScope(mind)) {
      return Strike.NONE;
    }
    return strikeIn(mind, mind.frame);
  }

  /** A scope waits for its children however long that takes. */
  private static boolean isClosingScope(Mind mind) {
    Frame frame = mind.frame;
    return mind.op == null && frame != null && frame.op instanceof Op.Scope && frame.last;
  }

  private Strike strikeIn(Mind mind, @Nullable Frame frame) {
    if (frame == null) {
      return Strike.NONE.or(mind.cancelledAt, new Stop("cancel", 0));
    }
    Strike around = strikeIn(mind, frame.outer);
    return switch (frame.op) {
      case Op.Timeout _ -> around.or(frame.number, new Stop("limit", frame.depth));
      case Op.Scope _ -> {
        World.Scope scope = world.scopes[frame.number];
        yield around.or(
            scope.failedAt(),
            new Stop(scope.cause().equals("late") ? "limit" : "scope", frame.depth));
      }
      case Op.Shield shield ->
          around.at == World.NEVER
              ? around
              : new Strike(Math.max(around.at, frame.number) + shield.grace(), around.stops);
      case null, default -> around;
    };
  }

  /** Returns what a suspension point throws; null if it throws nothing. */
  @Nullable Stop stopOf(Mind mind) {
    Strike strike = strikeOf(mind);
    return strike.at > world.now ? null : strike.stops.get(choose(strike.stops.size()));
  }

  int choose(int bound) {
    return bound == 1 ? 0 : choices.choose(bound);
  }

  /** Returns whether this was the first to ask. */
  boolean cancel(Mind mind) {
    if (mind.status == Status.ABSENT
        || mind.status == Status.ENDED
        || mind.cancelledAt != World.NEVER) {
      return false;
    }
    mind.cancelledAt = world.now;
    disturb(mind);
    return true;
  }

  /** Ends a wait if the coroutine is to be stopped there by now. */
  void disturb(Mind mind) {
    if (mind.status == Status.WAITING && strikeOf(mind).at <= world.now) {
      expire(mind);
    }
  }

  // Turns.

  /** Gives a turn to a coroutine that is ready. */
  void turn(Mind mind) {
    Op op = mind.op;
    switch (mind.why) {
      case BEGINS -> {
        if (mind.cancelledAt == World.NEVER) {
          goOn(mind);
        } else {
          end(mind, "cancelled"); // It does not begin.
        }
      }
      case ARRIVES -> {
        Stop stop = stopOf(mind);
        if (stop != null) {
          stopped(mind, stop);
        } else if (op == null) {
          exchanges.joinScope(mind);
        } else {
          exchanges.begin(mind, op);
        }
      }
      case DELAYED -> {
        Stop stop = stopOf(mind);
        if (stop != null) {
          stopped(mind, stop);
        } else {
          log(mind, "awake");
          goOn(mind);
        }
      }
      case DONE -> exchanges.done(mind);
      case CUT -> {
        Stop stop = stopOf(mind);
        if (stop != null) {
          stopped(mind, stop);
        } else {
          log(mind, "late");
          goOn(mind);
        }
      }
    }
  }

  /** A suspension point throws. */
  void stopped(Mind mind, Stop stop) {
    if (mind.op == null) {
      families.closeScope(mind, stop);
      return;
    }
    log(mind, "stopped by " + stop.kind());
    if (leave(mind, stop)) {
      goOn(mind);
    }
  }

  void log(Mind mind, String entry) {
    mind.log = mind.log.with("@" + world.now + " " + entry);
  }

  /** Runs a coroutine up to its next suspension point. */
  void goOn(Mind mind) {
    mind.op = null;
    mind.why = Why.ARRIVES; // It has begun.
    while (mind.status == Status.READY) {
      Frame frame = Objects.requireNonNull(mind.frame);
      if (frame.next == frame.ops.size()) {
        if (!leave(mind, null)) {
          return;
        }
      } else {
        mind.frame = frame.advanced();
        if (!step(mind, frame.ops.get(frame.next))) {
          return;
        }
      }
    }
  }

  /** Does what does not wait. Returns false if the turn is over. */
  private boolean step(Mind mind, Op op) {
    Frame frame = Objects.requireNonNull(mind.frame);
    switch (op) {
      case Op.Delay delay -> {
        return exchanges.delay(mind, delay);
      }
      case Op.Spawn spawn -> start(spawn.coroutine(), spawn.body(), -1, -1);
      case Op.Child child -> families.addChild(mind, child);
      case Op.Cancel cancel -> log(mind, op + ": " + cancel(world.minds[cancel.coroutine()]));
      case Op.Timeout timeout ->
          mind.frame = frame.enter(op, timeout.body(), world.now + timeout.limit());
      case Op.Shield shield -> mind.frame = frame.enter(op, shield.body(), world.now);
      case Op.Scope scope -> mind.frame = frame.enter(op, scope.body(), families.open(mind, scope));
      case Op.EndScope _ -> families.endScope(mind);
      case Op.Close close -> exchanges.close(close.channel());
      case Op.Guard guard -> mind.frame = frame.enter(op, guard.body(), 0);
      case Op.Catch caught -> mind.frame = frame.enter(op, caught.body(), 0);
      case Op.Fail fail -> {
        return leave(mind, new Signal.Failure(fail.failure()));
      }
      case Op.Join join when world.minds[join.coroutine()].status == Status.ABSENT ->
          log(mind, op + ": absent");
      case Op.Join join when join.coroutine() == mind.number -> log(mind, op + ": refused");
      case Op.Join _, Op.Send _, Op.Receive _, Op.Choose _, Op.Lock _ -> {
        mind.op = op;
        mind.why = Why.ARRIVES;
        mind.valueFrom = mind.valuesMade;
        mind.valuesMade += Exchanges.sends(op);
        return false;
      }
    }
    return true;
  }

  void start(int number, List<Op> body, int scope, int memberOf) {
    Mind started = world.minds[number];
    started.status = Status.READY;
    started.why = Why.BEGINS;
    started.frame = Frame.ofCoroutine(body, scope);
    started.memberOf = memberOf;
    started.end = "running";
    if (memberOf < 0 && world.horizonHasPassed) {
      boolean _ = cancel(started);
    }
  }

  /**
   * Leaves a body.
   *
   * @param signal what it has thrown; null if it has come to its end
   * @return false if the turn is over
   */
  boolean leave(Mind mind, @Nullable Signal signal) {
    mind.op = null;
    Frame frame = Objects.requireNonNull(mind.frame);
    Op op = frame.op;
    if (op instanceof Op.Scope) {
      if (signal == null) {
        mind.why = Why.ARRIVES; // At the join of the scope.
        return false;
      }
      families.closeScope(mind, signal);
      return false;
    }
    if (op instanceof Op.Guard guard && !frame.last) {
      log(mind, "cleanup");
      mind.frame = frame.lastPart(guard.cleanup(), signal);
      return true;
    }
    mind.frame = frame.outer;
    Signal thrown = op instanceof Op.Guard && signal == null ? frame.pending : signal;
    switch (op) {
      case null -> {
        log(mind, "end");
        end(mind, thrown == null ? "done" : thrown instanceof Stop ? "cancelled" : "" + thrown);
        return false;
      }
      case Op.Lock lock -> {
        exchanges.unlock(lock.mutex());
        log(mind, "unlocked " + lock.mutex());
      }
      case Op.Timeout _ -> {
        if (thrown instanceof Stop stop && stop.depth() == frame.depth) {
          thrown = null;
          log(mind, "timed out");
        } else if (thrown == null) {
          log(mind, "in time");
        }
      }
      case Op.Shield _ -> {
        if (thrown == null) {
          log(mind, "shielded");
        }
      }
      case Op.Catch _ -> {
        if (thrown instanceof Signal.Failure) {
          log(mind, "caught " + thrown);
          thrown = null;
        }
      }
      default -> {}
    }
    return thrown == null || leave(mind, thrown);
  }

  /** Ends a coroutine, and tells its scope and those that join it. */
  private void end(Mind mind, String how) {
    mind.status = Status.ENDED;
    mind.end = how;
    mind.frame = null;
    mind.op = null;
    mind.dueAt = World.NEVER;
    List<Mind> joiners = exchanges.joinersOf(mind);
    // A joiner that is cancelled for this end, as a sibling in a scope, may see either first.
    boolean scopeIsFirst = mind.memberOf >= 0 && !joiners.isEmpty() && choose(2) == 1;
    if (scopeIsFirst) {
      families.leaveFamily(mind, how);
    }
    for (Mind joiner : joiners) {
      if (joiner.status == Status.WAITING) {
        exchanges.resume(joiner, how);
      }
    }
    if (mind.memberOf >= 0 && !scopeIsFirst) {
      families.leaveFamily(mind, how);
    }
  }
}
