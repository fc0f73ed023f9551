package io.tourbillon.coroutine.programs;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A state of the {@link Oracle}: all coroutines, channels, mutexes and scopes at one moment. */
final class World implements Cloneable {
  static final int NEVER = Integer.MAX_VALUE;

  /** What a coroutine does. */
  enum Status {
    ABSENT,
    READY,
    WAITING,
    ENDED
  }

  /** Why a coroutine is ready. */
  enum Why {
    /** Its body has not begun. */
    BEGINS,
    /** It has come to an operation that may wait. */
    ARRIVES,
    /** Its delay is over. */
    DELAYED,
    /** Its operation is done; {@link Mind#result} says how. */
    DONE,
    /** Its wait has ended without a result: a limit has passed, or it was cancelled. */
    CUT
  }

  /** A coroutine. */
  static final class Mind implements Cloneable {
    final int number;
    Status status = Status.ABSENT;
    Why why = Why.BEGINS;
    @Nullable Frame frame;

    /** The operation that it waits in or has come to; null for the end of a scope. */
    @Nullable Op op;

    /** What its operation has got. */
    @Nullable String result;

    /** When its wait ends by itself. */
    int dueAt = NEVER;

    int cancelledAt = NEVER;
    int valuesMade;

    /** The number of the first value that it sends by its operation. */
    int valueFrom;

    Log log = Log.EMPTY;

    /** How it has ended. */
    String end = "absent";

    /** The scope whose child it is; -1 for none. */
    int memberOf = -1;

    Mind(int number) {
      this.number = number;
    }

    private List<@Nullable Object> key() {
      return Arrays.asList(
          status,
          why,
          frame,
          op == null ? 0 : System.identityHashCode(op),
          result,
          dueAt,
          cancelledAt,
          valuesMade,
          valueFrom,
          log,
          end,
          memberOf);
    }

    private Mind copy() {
      try {
        return (Mind) clone();
      } catch (CloneNotSupportedException impossible) {
        throw new AssertionError(impossible);
      }
    }
  }

  /**
   * A coroutine in a queue.
   *
   * @param value that it sends; empty for one that receives
   */
  record Waiter(int mind, String value) {}

  /** A channel. Changed by replacing its lists. */
  record Chan(
      int capacity,
      boolean closed,
      List<String> buffer,
      List<Waiter> receivers,
      List<Waiter> senders) {}

  /**
   * A mutex.
   *
   * @param holder -1 if it is free
   */
  record Mutex(int holder, List<Integer> queue) {}

  /**
   * A scope that was opened.
   *
   * @param left the children that have not ended
   * @param ending whether the children were cancelled
   * @param cause of the failure of the scope; empty if it has not failed
   * @param failedAt when its opener is told
   * @param limitAt when its limit passes
   */
  record Scope(
      Op.Scope op,
      int opener,
      List<Integer> left,
      boolean ending,
      boolean closed,
      boolean won,
      String cause,
      int failedAt,
      int limitAt) {
    Policy policy() {
      return op.policy();
    }

    Scope withLeft(List<Integer> others) {
      return new Scope(op, opener, others, ending, closed, won, cause, failedAt, limitAt);
    }

    Scope ended(boolean closes, boolean wins) {
      return new Scope(
          op, opener, left, true, closed || closes, wins || won, cause, failedAt, NEVER);
    }

    /** The first failure of a child, which may be that of the scope in the end. */
    Scope noting(String failure) {
      return cause.isEmpty()
          ? new Scope(op, opener, left, ending, closed, won, failure, failedAt, limitAt)
          : this;
    }

    Scope failed(String failure, int now) {
      return new Scope(op, opener, left, true, closed, won, failure, now, NEVER);
    }
  }

  int now;
  int nextHorizon = Program.HORIZON_MILLIS;
  boolean horizonHasPassed;
  Mind[] minds;
  Chan[] channels;
  Mutex[] mutexes;
  Scope[] scopes = {};

  World(Program program) {
    minds = new Mind[Math.max(program.coroutines(), ProgramGenerator.MOST_COROUTINES + 2)];
    for (int number = 0; number < minds.length; number++) {
      minds[number] = new Mind(number);
    }
    channels =
        program.capacities().stream()
            .map(capacity -> new Chan(capacity, false, List.of(), List.of(), List.of()))
            .toArray(Chan[]::new);
    mutexes = new Mutex[program.mutexes()];
    Arrays.fill(mutexes, new Mutex(-1, List.of()));
  }

  World copy() {
    try {
      World copy = (World) clone();
      copy.minds = minds.clone();
      for (int number = 0; number < minds.length; number++) {
        if (minds[number].status != Status.ABSENT) {
          copy.minds[number] = minds[number].copy();
        } else {
          copy.minds[number] = new Mind(number);
        }
      }
      copy.channels = channels.clone();
      copy.mutexes = mutexes.clone();
      copy.scopes = scopes.clone();
      return copy;
    } catch (CloneNotSupportedException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Returns what equal states have in common. */
  List<Object> key() {
    List<Object> all = new ArrayList<>();
    all.add(now);
    all.add(horizonHasPassed);
    for (Mind mind : minds) {
      if (mind.status != Status.ABSENT) {
        all.add(mind.number);
        all.add(mind.key());
      }
    }
    all.addAll(List.of(channels));
    all.addAll(List.of(mutexes));
    all.addAll(List.of(scopes));
    return all;
  }

  /** Returns what can be seen in the end. */
  String outcome() {
    String coroutines =
        Arrays.stream(minds)
            .filter(mind -> mind.status != Status.ABSENT)
            .map(mind -> mind.number + " is " + mind.end + ": " + mind.log + "\n")
            .collect(Collectors.joining());
    StringBuilder left = new StringBuilder(coroutines);
    for (int channel = 0; channel < channels.length; channel++) {
      left.append(Program.channelName(channel)).append(" holds ").append(channels[channel].buffer);
      left.append('\n');
    }
    return left.toString();
  }

  static <T> List<T> with(List<T> list, T added) {
    List<T> longer = new ArrayList<>(list);
    longer.add(added);
    return longer;
  }

  static <T> List<T> without(List<T> list, Object removed) {
    List<T> shorter = new ArrayList<>(list);
    boolean _ = shorter.remove(removed);
    return shorter;
  }

  static <T> List<T> withoutFirst(List<T> list) {
    return new ArrayList<>(list.subList(1, list.size()));
  }
}
