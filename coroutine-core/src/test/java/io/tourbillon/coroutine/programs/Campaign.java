package io.tourbillon.coroutine.programs;

import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs many programs, each in several orders, and compares what was seen with the oracle. */
final class Campaign {
  /** States of the oracle; a program that has more is only checked for what holds in all orders. */
  private static final int MOST_STATES = 5000;

  /** Random orders of each program; besides that of production. */
  private static final int ORDERS = 2;

  /** While a program is made smaller: a fault may need an order of turns. */
  private static final int ORDERS_OF_SMALLER = 10;

  private final Twin twin;
  private int programs;
  private int compared;
  private int withChoices;
  private long outcomes;
  private long operations;

  Campaign(Twin twin) {
    this.twin = twin;
  }

  /** Returns the words of the first fault of production; null if there is none. */
  static @Nullable String firstFault(long firstSeed, int programs) {
    Fault fault = new Campaign(Twin.NONE).firstFaultOf(firstSeed, programs);
    return fault == null ? null : fault.toString();
  }

  @Nullable Fault firstFaultOf(long firstSeed, int programs) {
    for (long seed = firstSeed; seed < firstSeed + programs; seed++) {
      Fault fault = run(seed);
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  /** Runs the program of a seed. Returns what is wrong, with the smallest such program; or null. */
  @Nullable Fault run(long seed) {
    Program program = ProgramGenerator.of(seed);
    Set<String> permitted = Oracle.outcomesOf(program, MOST_STATES);
    programs++;
    operations += program.size();
    if (permitted != null) {
      compared++;
      withChoices += permitted.size() > 1 ? 1 : 0;
      outcomes += permitted.size();
    }
    String words = faultOf(program, seed, ORDERS, permitted);
    return words == null
        ? null
        : Fault.ofSmallest(seed, program, words, smaller -> faultInSomeOrder(seed, smaller));
  }

  /**
   * A program that fails.
   *
   * @param seed of the program
   * @param program as it was generated
   * @param words what is wrong with it
   * @param smallest what is left of it
   * @param wordsOfSmallest what is wrong with that
   */
  record Fault(long seed, Program program, String words, Program smallest, String wordsOfSmallest) {
    /**
     * Makes a program that fails smaller.
     *
     * @param faultOf returns what is wrong with a program, or null
     */
    static Fault ofSmallest(
        long seed, Program program, String words, Function<Program, @Nullable String> faultOf) {
      String[] last = {words};
      Program smallest =
          Shrinker.shrink(
              program,
              smaller -> {
                String found = faultOf.apply(smaller);
                last[0] = found == null ? last[0] : found;
                return found != null;
              });
      return new Fault(seed, program, words, smallest, last[0]);
    }

    @Override
    public String toString() {
      return "the program of seed "
          + seed
          + " fails; to see it again: -Dtests.programs=1 -Dtests.programs.seed="
          + seed
          + "\n"
          + program
          + words
          + "\n\nwhat is left of it, of "
          + smallest.size()
          + " operations:\n"
          + smallest
          + wordsOfSmallest;
    }
  }

  private @Nullable String faultInSomeOrder(long seed, Program program) {
    Set<String> permitted = Oracle.outcomesOf(program, MOST_STATES);
    return faultOf(program, seed, ORDERS_OF_SMALLER, permitted);
  }

  private @Nullable String faultOf(
      Program program, long seed, int orders, @Nullable Set<String> permitted) {
    for (long order = seed; order < seed + orders; order++) {
      String words = faultOf(program, order, permitted);
      if (words != null) {
        return words;
      }
    }
    // In the order of production a select chooses by no seed. A twin must be caught each time.
    return twin == Twin.NONE ? faultOf(program, null, permitted) : null;
  }

  private @Nullable String faultOf(
      Program program, @Nullable Long order, @Nullable Set<String> permitted) {
    ProgramRun.Seen seen = ProgramRun.of(program, order, twin);
    if (!seen.breaches().isEmpty()) {
      return orderName(order) + ": " + seen.breaches() + "\nseen:\n" + seen.outcome();
    }
    if (permitted == null || permitted.contains(seen.outcome())) {
      return null;
    }
    return orderName(order)
        + ": seen:\n"
        + seen.outcome()
        + "permitted ("
        + permitted.size()
        + "):\n"
        + nearest(permitted, seen.outcome());
  }

  private static String orderName(@Nullable Long order) {
    return order == null ? "order of production" : "order " + order;
  }

  /** Returns the permitted outcome that has most lines in common. */
  private static String nearest(Set<String> permitted, String seen) {
    String best = "";
    long most = -1;
    Set<String> lines = Set.copyOf(seen.lines().toList());
    for (String each : permitted) {
      long common = each.lines().filter(lines::contains).count();
      if (common > most) {
        most = common;
        best = each;
      }
    }
    return best;
  }

  /** Returns the share of programs that the oracle could follow in all orders. */
  double shareCompared() {
    return (double) compared / programs;
  }

  @Override
  public String toString() {
    return programs
        + " programs of "
        + operations / Math.max(1, programs)
        + " operations on average, each in "
        + ORDERS
        + " random orders and that of production; "
        + compared
        + " compared with all permitted outcomes, of which "
        + withChoices
        + " have more than one, "
        + outcomes / Math.max(1, compared)
        + " on average";
  }
}
