package io.tourbillon.coroutine.programs;

import io.tourbillon.coroutine.programs.World.Mind;
import io.tourbillon.coroutine.programs.World.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program in the plainest way: one thread, one step after the other, by the {@link Rules}.
 * The documentation leaves open which of the coroutines that are ready runs first, and in which
 * order things happen that are due at the same time. So it follows each order, and returns all
 * outcomes that one of them has. States in which several orders meet are followed once.
 */
final class Oracle {
  private final int mostStates;
  private final Deque<World> open = new ArrayDeque<>();
  private final Set<List<Object>> seen = new HashSet<>();
  private final Set<String> outcomes = new HashSet<>();

  private Oracle(int mostStates) {
    this.mostStates = mostStates;
  }

  /**
   * Returns the outcomes that are permitted.
   *
   * @param mostStates how many states to look at
   * @return null if there are more states
   */
  static @Nullable Set<String> outcomesOf(Program program, int mostStates) {
    World first = new World(program);
    Mind root = first.minds[0];
    root.status = Status.READY;
    root.frame = Frame.ofCoroutine(program.body(), -1);
    root.end = "running";
    return new Oracle(mostStates).search(first);
  }

  private @Nullable Set<String> search(World first) {
    open.push(first);
    int states = 0;
    while (!open.isEmpty()) {
      if (++states > mostStates) {
        return null;
      }
      expand(open.pop());
    }
    return outcomes;
  }

  private void expand(World world) {
    int steps = stepsOf(world).size();
    while (steps == 0) {
      if (!advance(world)) {
        outcomes.add(world.outcome());
        return;
      }
      steps = stepsOf(world).size();
    }
    for (int step = 0; step < steps; step++) {
      // The choices within a step, counted up like the digits of a number.
      List<Integer> chosen = new ArrayList<>();
      do {
        World next = world.copy();
        Digits digits = new Digits(chosen);
        Rules rules = new Rules(next, digits);
        stepsOf(next).get(step).accept(rules);
        chosen = digits.next();
        boolean isOnlyOne = steps == 1 && digits.used == 0;
        if (isOnlyOne || seen.add(next.key())) {
          open.push(next);
        }
      } while (chosen != null);
    }
  }

  /** Returns what can happen next. */
  private static List<Consumer<Rules>> stepsOf(World world) {
    Rules looking = new Rules(world, _ -> 0);
    List<Consumer<Rules>> steps = new ArrayList<>();
    for (Mind mind : world.minds) {
      int number = mind.number;
      if (mind.status == Status.READY) {
        steps.add(rules -> rules.turn(rules.world.minds[number]));
      } else if (looking.dueAt(mind) <= world.now) {
        steps.add(rules -> rules.expire(rules.world.minds[number]));
      }
    }
    for (int number = 0; number < world.scopes.length; number++) {
      if (world.scopes[number].limitAt() <= world.now) {
        int scope = number;
        steps.add(rules -> rules.timeOut(scope));
      }
    }
    if (world.nextHorizon <= world.now) {
      steps.add(Rules::passHorizon);
    }
    return steps;
  }

  /** Lets time pass up to the next event. Returns false if all have ended. */
  private static boolean advance(World world) {
    Rules looking = new Rules(world, _ -> 0);
    int next = World.NEVER;
    boolean someAreLeft = false;
    for (Mind mind : world.minds) {
      next = Math.min(next, looking.dueAt(mind));
      someAreLeft |= mind.status == Status.WAITING;
    }
    for (World.Scope scope : world.scopes) {
      next = Math.min(next, scope.limitAt());
    }
    if (!someAreLeft) {
      return false;
    }
    world.now = Math.min(next, world.nextHorizon);
    return true;
  }

  /** Choices that are given in advance as far as they are known, and the first one after that. */
  private static final class Digits implements Rules.Choices {
    private final List<Integer> given;
    private final List<Integer> taken = new ArrayList<>();
    private final List<Integer> bounds = new ArrayList<>();
    int used;

    Digits(List<Integer> given) {
      this.given = given;
    }

    @Override
    public int choose(int bound) {
      int choice = used < given.size() ? given.get(used) : 0;
      used++;
      taken.add(choice);
      bounds.add(bound);
      return choice;
    }

    /** Returns the next choices; null after the last. */
    @Nullable List<Integer> next() {
      for (int last = taken.size() - 1; last >= 0; last--) {
        if (taken.get(last) + 1 < bounds.get(last)) {
          List<Integer> more = new ArrayList<>(taken.subList(0, last));
          more.add(taken.get(last) + 1);
          return more;
        }
      }
      return null;
    }
  }
}
