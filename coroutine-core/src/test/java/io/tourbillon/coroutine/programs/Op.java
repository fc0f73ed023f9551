package io.tourbillon.coroutine.programs;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One operation of a random program. Times are in milliseconds, which are the ticks of a run. A
 * limit of 0 is none. Coroutines, channels and failures are known by numbers; each coroutine and
 * each failure has one place in the program, and no operation is repeated.
 */
sealed interface Op {
  /** Waits; 0 lets others go first. */
  record Delay(int millis) implements Op {
    @Override
    public String toString() {
      return millis == 0 ? "yield" : "delay " + millis;
    }

    @Override
    public List<Op> simpler() {
      return smaller(millis).stream().<Op>map(Delay::new).toList();
    }
  }

  /** Starts a coroutine that belongs to nobody. */
  record Spawn(int coroutine, List<Op> body) implements Op {
    @Override
    public String toString() {
      return "spawn " + coroutine;
    }

    @Override
    public List<List<Op>> bodies() {
      return List.of(body);
    }

    @Override
    public Op withBodies(List<List<Op>> bodies) {
      return new Spawn(coroutine, bodies.getFirst());
    }
  }

  /** Starts a child of the innermost scope in the text of the program. */
  record Child(int coroutine, List<Op> body) implements Op {
    @Override
    public String toString() {
      return "child " + coroutine;
    }

    @Override
    public List<List<Op>> bodies() {
      return List.of(body);
    }

    @Override
    public Op withBodies(List<List<Op>> bodies) {
      return new Child(coroutine, bodies.getFirst());
    }
  }

  /** Waits for the end of a coroutine, if that was started. */
  record Join(int coroutine, int limit) implements Op {
    @Override
    public String toString() {
      return "join " + coroutine + within(limit);
    }

    @Override
    public List<Op> simpler() {
      return smaller(limit).stream().<Op>map(each -> new Join(coroutine, each)).toList();
    }
  }

  /** Cancels a coroutine, if that was started. */
  record Cancel(int coroutine) implements Op {
    @Override
    public String toString() {
      return "cancel " + coroutine;
    }
  }

  /** Runs a body within a limit. */
  record Timeout(int limit, List<Op> body) implements Op {
    @Override
    public String toString() {
      return "timeout " + limit;
    }

    @Override
    public List<List<Op>> bodies() {
      return List.of(body);
    }

    @Override
    public Op withBodies(List<List<Op>> bodies) {
      return new Timeout(limit, bodies.getFirst());
    }

    @Override
    public List<Op> simpler() {
      return smallerPositive(limit).stream().<Op>map(each -> new Timeout(each, body)).toList();
    }
  }

  /** Runs a body that is not disturbed before the grace is over. */
  record Shield(int grace, List<Op> body) implements Op {
    @Override
    public String toString() {
      return "shield " + grace;
    }

    @Override
    public List<List<Op>> bodies() {
      return List.of(body);
    }

    @Override
    public Op withBodies(List<List<Op>> bodies) {
      return new Shield(grace, bodies.getFirst());
    }

    @Override
    public List<Op> simpler() {
      return smallerPositive(grace).stream().<Op>map(each -> new Shield(each, body)).toList();
    }
  }

  /** Runs a body in a scope, and waits for its children. */
  record Scope(Policy policy, int limit, List<Op> body) implements Op {
    @Override
    public String toString() {
      return "scope " + policy + within(limit);
    }

    @Override
    public List<List<Op>> bodies() {
      return List.of(body);
    }

    @Override
    public Op withBodies(List<List<Op>> bodies) {
      return new Scope(policy, limit, bodies.getFirst());
    }

    @Override
    public List<Op> simpler() {
      return smaller(limit).stream().<Op>map(each -> new Scope(policy, each, body)).toList();
    }
  }

  /** Ends the innermost scope in the text of the program, which is no failure. */
  record EndScope() implements Op {
    @Override
    public String toString() {
      return "end scope";
    }
  }

  /** Sends a value that nobody else sends. */
  record Send(int channel, int limit) implements Op {
    @Override
    public String toString() {
      return "send " + Program.channelName(channel) + within(limit);
    }

    @Override
    public List<Op> simpler() {
      return smaller(limit).stream().<Op>map(each -> new Send(channel, each)).toList();
    }
  }

  /** Receives a value. */
  record Receive(int channel, int limit) implements Op {
    @Override
    public String toString() {
      return "receive " + Program.channelName(channel) + within(limit);
    }

    @Override
    public List<Op> simpler() {
      return smaller(limit).stream().<Op>map(each -> new Receive(channel, each)).toList();
    }
  }

  /** Closes a channel for senders. */
  record Close(int channel) implements Op {
    @Override
    public String toString() {
      return "close " + Program.channelName(channel);
    }
  }

  /** Sends to or receives from one of several channels. */
  record Choose(List<Case> cases, int limit) implements Op {
    /** One of the alternatives. */
    record Case(int channel, boolean sends) {
      @Override
      public String toString() {
        return (sends ? "send " : "receive ") + Program.channelName(channel);
      }
    }

    @Override
    public String toString() {
      return cases.stream().map(Case::toString).collect(Collectors.joining(" or ", "select ", ""))
          + within(limit);
    }

    @Override
    public List<Op> simpler() {
      List<Op> all = new ArrayList<>();
      smaller(limit).forEach(each -> all.add(new Choose(cases, each)));
      if (cases.size() > 1) {
        for (Case left : cases) {
          all.add(new Choose(cases.stream().filter(each -> !each.equals(left)).toList(), limit));
        }
      }
      return all;
    }
  }

  /** Runs a body that holds a mutex. */
  record Lock(int mutex, int limit, List<Op> body) implements Op {
    @Override
    public String toString() {
      return "lock " + mutex + within(limit);
    }

    @Override
    public List<List<Op>> bodies() {
      return List.of(body);
    }

    @Override
    public Op withBodies(List<List<Op>> bodies) {
      return new Lock(mutex, limit, bodies.getFirst());
    }

    @Override
    public List<Op> simpler() {
      return smaller(limit).stream().<Op>map(each -> new Lock(mutex, each, body)).toList();
    }
  }

  /** Throws a failure. */
  record Fail(int failure) implements Op {
    @Override
    public String toString() {
      return "fail " + failure;
    }
  }

  /** Runs a body and then, however that ends, a clean-up. */
  record Guard(List<Op> body, List<Op> cleanup) implements Op {
    @Override
    public String toString() {
      return "try";
    }

    @Override
    public List<List<Op>> bodies() {
      return List.of(body, cleanup);
    }

    @Override
    public Op withBodies(List<List<Op>> bodies) {
      return new Guard(bodies.getFirst(), bodies.getLast());
    }
  }

  /** Runs a body and catches a failure, but no cancellation. */
  record Catch(List<Op> body) implements Op {
    @Override
    public String toString() {
      return "catch";
    }

    @Override
    public List<List<Op>> bodies() {
      return List.of(body);
    }

    @Override
    public Op withBodies(List<List<Op>> bodies) {
      return new Catch(bodies.getFirst());
    }
  }

  /** Returns the bodies inside, in the order of the text. */
  default List<List<Op>> bodies() {
    return List.of();
  }

  /** Returns the same operation with other bodies. */
  default Op withBodies(List<List<Op>> bodies) {
    return this;
  }

  /** Returns the same operation with smaller numbers or fewer alternatives. */
  default List<Op> simpler() {
    return List.of();
  }

  private static String within(int limit) {
    return limit == 0 ? "" : " within " + limit;
  }

  private static List<Integer> smaller(int number) {
    return number == 0 ? List.of() : number == 1 ? List.of(0) : List.of(0, 1, number / 2);
  }

  private static List<Integer> smallerPositive(int number) {
    return number == 1 ? List.of() : number == 2 ? List.of(1) : List.of(1, number / 2);
  }
}
