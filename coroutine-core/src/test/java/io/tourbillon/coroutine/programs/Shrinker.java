package io.tourbillon.coroutine.programs;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes a program that fails smaller, as long as it still fails: leaves out an operation, puts the
 * body of an operation in its place, or makes a number smaller.
 */
final class Shrinker {
  private static final int MOST_TRIALS = 2000;

  private final Predicate<Program> fails;
  private int trials;

  private Shrinker(Predicate<Program> fails) {
    this.fails = fails;
  }

  /** Returns the smallest program that was found; the given one if all others pass. */
  static Program shrink(Program program, Predicate<Program> fails) {
    Shrinker shrinker = new Shrinker(fails);
    Program smallest = program;
    for (Program smaller = shrinker.step(smallest);
        smaller != null;
        smaller = shrinker.step(smallest)) {
      smallest = smaller;
    }
    return smallest;
  }

  private @Nullable Program step(Program program) {
    for (List<Op> body : smaller(program.body())) {
      Program candidate = program.withBody(body);
      if (++trials > MOST_TRIALS) {
        return null;
      }
      if (fails.test(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  /** Returns smaller bodies, those that are much smaller first. */
  private static List<List<Op>> smaller(List<Op> ops) {
    List<List<Op>> all = new ArrayList<>();
    for (int at = 0; at < ops.size(); at++) {
      all.add(replaced(ops, at, List.of()));
    }
    for (int at = 0; at < ops.size(); at++) {
      Op op = ops.get(at);
      for (List<Op> body : op.bodies()) {
        all.add(replaced(ops, at, body));
      }
    }
    for (int at = 0; at < ops.size(); at++) {
      Op op = ops.get(at);
      List<List<Op>> bodies = op.bodies();
      for (int part = 0; part < bodies.size(); part++) {
        for (List<Op> body : smaller(bodies.get(part))) {
          List<List<Op>> others = new ArrayList<>(bodies);
          others.set(part, body);
          all.add(replaced(ops, at, List.of(op.withBodies(others))));
        }
      }
    }
    for (int at = 0; at < ops.size(); at++) {
      for (Op simpler : ops.get(at).simpler()) {
        all.add(replaced(ops, at, List.of(simpler)));
      }
    }
    return all;
  }

  private static List<Op> replaced(List<Op> ops, int at, List<Op> others) {
    List<Op> result = new ArrayList<>(ops.subList(0, at));
    result.addAll(others);
    result.addAll(ops.subList(at + 1, ops.size()));
    return result;
  }
}
