package io.tourbillon.coroutine.programs;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes a program from a seed. */
final class ProgramGenerator {
  /** How the times of a program lie. */
  enum Times {
    /** Hardly any two events come at the same time, so the order of turns decides little. */
    APART,
    /** Most events come together with others, so that they race. */
    TOGETHER
  }

  static final int MOST_COROUTINES = 8;
  private static final int MOST_DEPTH = 4;
  private static final List<Policy> POLICIES = List.of(Policy.values());

  private final SplittableRandom random;
  private final Times times;
  private final int channels;
  private final int mutexes;
  private int coroutines = 1;
  private int failures;

  /** How many operations may still be added. */
  private int left;

  private ProgramGenerator(long seed) {
    random = new SplittableRandom(seed);
    times = timesOf(seed);
    channels = 1 + random.nextInt(2);
    mutexes = 1 + random.nextInt(2);
    left = times == Times.APART ? 30 + random.nextInt(40) : 12 + random.nextInt(20);
  }

  /** Returns how the times of a seed lie. */
  static Times timesOf(long seed) {
    return seed % 2 == 0 ? Times.APART : Times.TOGETHER;
  }

  static Program of(long seed) {
    return new ProgramGenerator(seed).program();
  }

  private Program program() {
    List<Integer> capacities = new ArrayList<>();
    for (int channel = 0; channel < channels; channel++) {
      capacities.add(random.nextInt(3));
    }
    List<Op> body = new ArrayList<>();
    int workers = 2 + random.nextInt(3);
    coroutines += workers;
    int share = left / (workers + 1);
    for (int worker = 1; worker <= workers; worker++) {
      left = share;
      body.add(new Op.Spawn(worker, body(0, false)));
    }
    left = share;
    body.addAll(body(0, false));
    return new Program(capacities, mutexes, coroutines, body);
  }

  private List<Op> body(int depth, boolean inScope) {
    List<Op> ops = new ArrayList<>();
    for (int number = most(depth); number > 0 && left > 0; number--) {
      left--;
      if (random.nextInt(3) == 0) {
        ops.add(delay()); // Or most would happen at the beginning.
      }
      ops.add(op(depth, inScope));
    }
    return ops;
  }

  private int most(int depth) {
    return depth == 0 ? 2 + random.nextInt(4) : 1 + random.nextInt(3);
  }

  private Op op(int depth, boolean inScope) {
    if (depth < MOST_DEPTH && random.nextInt(9) < 4) {
      return nested(depth, inScope);
    }
    return switch (random.nextInt(inScope ? 28 : 27)) {
      case 0, 1, 2, 3 -> delay();
      case 4, 5 -> new Op.Delay(0);
      case 6, 7, 8, 9, 10 -> new Op.Send(random.nextInt(channels), limit());
      case 11, 12, 13, 14, 15 -> new Op.Receive(random.nextInt(channels), limit());
      case 16, 17, 18 -> choose();
      case 19, 20 -> new Op.Join(random.nextInt(MOST_COROUTINES), limit());
      case 21, 22, 23 -> new Op.Cancel(random.nextInt(MOST_COROUTINES));
      case 24 -> new Op.Fail(++failures);
      case 25 -> new Op.Delay(0);
      case 26 -> random.nextInt(3) > 0 ? delay() : new Op.Close(random.nextInt(channels));
      default -> new Op.EndScope();
    };
  }

  private Op nested(int depth, boolean inScope) {
    int inner = depth + 1;
    boolean mayStart = coroutines < MOST_COROUTINES;
    return switch (random.nextInt(14)) {
      case 0, 1 -> mayStart ? new Op.Spawn(coroutines++, body(inner, false)) : delay();
      case 2, 3 -> {
        Policy policy = POLICIES.get(random.nextInt(POLICIES.size()));
        int limit = random.nextInt(3) == 0 ? millis() : 0;
        List<Op> ops = new ArrayList<>();
        for (int number = 1 + random.nextInt(2); number > 0 && left > 0; number--) {
          if (coroutines < MOST_COROUTINES) {
            ops.add(new Op.Child(coroutines++, body(inner, true)));
          }
        }
        ops.addAll(body(inner, true));
        yield new Op.Scope(policy, limit, ops);
      }
      case 4, 5 -> mayStart && inScope ? new Op.Child(coroutines++, body(inner, true)) : delay();
      case 6, 7, 8 -> new Op.Timeout(millis(), body(inner, inScope));
      case 9 -> new Op.Shield(millis(), body(inner, inScope));
      case 10, 11 -> new Op.Lock(random.nextInt(mutexes), limit(), body(inner, inScope));
      case 12 -> new Op.Guard(body(inner, inScope), body(inner, inScope));
      default -> new Op.Catch(body(inner, inScope));
    };
  }

  private Op delay() {
    return new Op.Delay(millis());
  }

  private Op choose() {
    if (channels == 1) {
      return new Op.Choose(List.of(new Op.Choose.Case(0, random.nextBoolean())), limit());
    }
    return new Op.Choose(
        List.of(
            new Op.Choose.Case(0, random.nextBoolean()),
            new Op.Choose.Case(1, random.nextBoolean())),
        limit());
  }

  private int limit() {
    return random.nextBoolean() ? millis() : 0;
  }

  private int millis() {
    return times == Times.APART ? 1 + random.nextInt(100_000) : 1 + random.nextInt(3);
  }
}
