package io.tourbillon.coroutine.programs;

import io.tourbillon.coroutine.Block;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.timer.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Does the operations of a program by the calls that users make, and notes what each coroutine
 * sees. Checks on the way what holds in every order of turns.
 */
final class Interpreter {
  private static final Duration HORIZON = Duration.ofMillis(Program.HORIZON_MILLIS);

  private final Program program;
  private final CoroutineScheduler scheduler;
  private final Ledger ledger;
  private final Waits waits;
  private final Faults faults;
  private final List<Channel<String>> channels = new ArrayList<>();
  private final List<Mutex> mutexes = new ArrayList<>();

  /** Who is inside, of each mutex. */
  private final List<AtomicInteger> inside = new ArrayList<>();

  private final AtomicReferenceArray<@Nullable Coroutine<Integer>> handles;
  private final AtomicReferenceArray<Ledger.@Nullable Self> selves;

  /** Whether all were cancelled, and those that come later must be. */
  private volatile boolean ending;

  Interpreter(Program program, CoroutineScheduler scheduler, Clock clock, Twin twin) {
    this.program = program;
    this.scheduler = scheduler;
    ledger = new Ledger(clock);
    faults = new Faults(twin);
    for (int capacity : program.capacities()) {
      channels.add(faults.channel(capacity));
    }
    for (int number = 0; number < program.mutexes(); number++) {
      mutexes.add(new Mutex());
      inside.add(new AtomicInteger());
    }
    int most = Math.max(program.coroutines(), ProgramGenerator.MOST_COROUTINES + 2);
    handles = new AtomicReferenceArray<>(most);
    selves = new AtomicReferenceArray<>(most);
    waits = new Waits(ledger, handles, channels, mutexes, faults);
  }

  // For the run.

  /** Runs the program up to the end of its last coroutine. Called by a coroutine. */
  void runToTheEnd() {
    start(0, program.body(), null, null);
    do {
      Coroutines.delay(HORIZON);
      cancelAll();
    } while (!allHaveEnded());
  }

  private void cancelAll() {
    ending = true;
    for (int number = 0; number < handles.length(); number++) {
      Coroutine<Integer> handle = handles.get(number);
      if (handle != null) {
        handle.cancel("it is time");
      }
    }
  }

  private boolean allHaveEnded() {
    for (int number = 0; number < handles.length(); number++) {
      Coroutine<Integer> handle = handles.get(number);
      if (handle != null && !handle.state().isEnd()) {
        return false;
      }
    }
    return true;
  }

  void uncaught(Throwable thrown) {
    ledger.require(thrown instanceof Ledger.Failure, "the exception handler got " + thrown);
  }

  /** Checks that nothing is left. Called after the close of the scheduler. */
  void checkRest(boolean closed, CoroutineStats stats) {
    ledger.require(closed, "the scheduler does not close");
    ledger.require(allHaveEnded(), "a coroutine has not ended");
    long left = stats.created() + stats.ready() + stats.running() + stats.suspended();
    ledger.require(left == 0, left + " coroutines are counted after the end");
    for (Mutex mutex : mutexes) {
      ledger.require(mutex.tryLock(), "a mutex is held after the end: " + mutex);
    }
    waits.checkRest();
  }

  String outcome() {
    StringBuilder text = new StringBuilder();
    for (int number = 0; number < handles.length(); number++) {
      Coroutine<Integer> handle = handles.get(number);
      if (handle != null) {
        text.append(number).append(" is ").append(endOf(handle)).append(": ");
        text.append(Objects.requireNonNull(selves.get(number)).entries()).append('\n');
      }
    }
    for (int channel = 0; channel < channels.size(); channel++) {
      List<String> rest = new ArrayList<>();
      channels.get(channel).close();
      for (String value : channels.get(channel)) {
        rest.add(value);
      }
      text.append(Program.channelName(channel)).append(" holds ").append(rest).append('\n');
    }
    return text.toString();
  }

  private static String endOf(Coroutine<Integer> handle) {
    return switch (handle.joinOutcome()) {
      case Coroutine.Outcome.Done<Integer> _ -> "done";
      case Coroutine.Outcome.Cancelled<Integer> _ -> "cancelled";
      case Coroutine.Outcome.Failed<Integer>(Throwable thrown) -> Ledger.textOf(thrown);
    };
  }

  List<String> breaches() {
    return ledger.breaches();
  }

  // For coroutines.

  private void start(
      int number,
      List<Op> body,
      @Nullable CoroutineScope scopeInText,
      @Nullable CoroutineScope in) {
    Ledger.Self self = ledger.newSelf(number);
    Callable<Integer> task =
        () -> {
          try {
            run(self, body, scopeInText);
          } finally {
            self.log("end");
          }
          return number;
        };
    SpawnOptions options = SpawnOptions.named("coroutine " + number);
    selves.set(number, self);
    Coroutine<Integer> handle =
        in == null || faults.is(Twin.DOES_NOT_WAIT_FOR_CHILDREN)
            ? scheduler.spawn(options, task)
            : in.spawn(options, task);
    handles.set(number, handle);
    if (in == null && ending) {
      handle.cancel("it is too late");
    }
  }

  private void run(Ledger.Self self, List<Op> ops, @Nullable CoroutineScope scope) {
    for (Op op : ops) {
      switch (op) {
        case Op.Spawn spawn -> start(spawn.coroutine(), spawn.body(), null, null);
        case Op.Child child -> addChild(self, child, scope);
        case Op.Cancel cancel -> self.log(op + ": " + waits.cancel(cancel.coroutine()));
        case Op.EndScope _ -> {
          if (scope != null) {
            scope.cancel("it is enough");
          }
        }
        case Op.Close close -> faults.close(channels.get(close.channel()));
        case Op.Fail fail -> throw new Ledger.Failure(fail.failure());
        case Op.Timeout timeout -> timeout(self, timeout, scope);
        case Op.Shield shield -> shield(self, shield, scope);
        case Op.Scope inner -> scope(self, inner);
        case Op.Lock lock -> lock(self, lock, scope);
        case Op.Guard guard -> guard(self, guard, scope);
        case Op.Catch caught -> caught(self, caught, scope);
        case Op.Delay _, Op.Join _, Op.Send _, Op.Receive _, Op.Choose _ ->
            self.log(waits.await(self, op));
      }
    }
  }

  // Bodies.

  private void timeout(Ledger.Self self, Op.Timeout timeout, @Nullable CoroutineScope scope) {
    long beginNanos = ledger.now();
    try {
      Duration limit = Duration.ofMillis(faults.limitMillis(timeout.limit()));
      Block<RuntimeException> body = () -> run(self, timeout.body(), scope);
      Coroutines.withTimeout(limit, body);
      self.log("in time");
    } catch (TimeoutException late) {
      ledger.requireNotEarly(beginNanos, timeout.limit(), timeout);
      self.log("timed out");
    }
  }

  private void shield(Ledger.Self self, Op.Shield shield, @Nullable CoroutineScope scope) {
    long beginNanos = ledger.now();
    Block<RuntimeException> body = () -> run(self, shield.body(), scope);
    try {
      if (faults.is(Twin.DOES_NOT_SHIELD)) {
        body.run();
      } else {
        Coroutines.shield(Duration.ofMillis(shield.grace()), body);
      }
    } catch (CoroutineCancelledException stop) {
      ledger.requireNotEarly(beginNanos, shield.grace(), shield);
      throw stop;
    }
    self.log("shielded");
  }

  private void scope(Ledger.Self self, Op.Scope scope) {
    CoroutineScope.Policy policy =
        faults.is(Twin.IGNORES_FAILURES_OF_CHILDREN)
            ? CoroutineScope.Policy.SUPERVISE
            : scope.policy();
    long beginNanos = ledger.now();
    try {
      CoroutineScope.Scoped<@Nullable Void, RuntimeException> block =
          opened -> {
            run(self, scope.body(), opened);
            return null;
          };
      if (scope.limit() == 0) {
        CoroutineScope.run(policy, block);
      } else {
        CoroutineScope.run(policy, Duration.ofMillis(scope.limit()), block);
      }
      self.log("scope done");
    } catch (TimeoutException late) {
      ledger.requireNotEarly(beginNanos, scope.limit(), scope);
      self.log("scope late");
    } catch (CompletionException failed) {
      self.log("scope " + Ledger.textOf(failed.getCause()));
    } finally {
      requireEnded(scope.body());
    }
  }

  /** The children of a scope that has ended have ended, wherever in its block they were added. */
  private void requireEnded(List<Op> ops) {
    for (Op op : ops) {
      if (op instanceof Op.Child child) {
        Coroutine<Integer> handle = handles.get(child.coroutine());
        ledger.require(
            handle == null || handle.state().isEnd(),
            op + " has not ended, but its scope has; it is " + handle);
      }
      if (!(op instanceof Op.Spawn || op instanceof Op.Scope)) {
        op.bodies().forEach(this::requireEnded);
      }
    }
  }

  private void addChild(Ledger.Self self, Op.Child child, @Nullable CoroutineScope scope) {
    if (scope == null) {
      return;
    }
    try {
      start(child.coroutine(), child.body(), scope, scope);
    } catch (IllegalStateException closed) {
      self.log(child + ": refused");
    }
  }

  private void lock(Ledger.Self self, Op.Lock lock, @Nullable CoroutineScope scope) {
    Mutex mutex = mutexes.get(lock.mutex());
    String result = waits.await(self, lock);
    self.log(result.equals("late") ? result : result + " " + lock.mutex());
    if (!result.equals("locked")) {
      return;
    }
    AtomicInteger here = inside.get(lock.mutex());
    ledger.require(here.incrementAndGet() == 1, "two are inside of mutex " + lock.mutex());
    try {
      run(self, lock.body(), scope);
    } finally {
      here.decrementAndGet();
      if (!faults.is(Twin.DOES_NOT_LOCK)) {
        mutex.unlock();
      }
      self.log("unlocked " + lock.mutex());
    }
  }

  private void guard(Ledger.Self self, Op.Guard guard, @Nullable CoroutineScope scope) {
    boolean cleans = true;
    try {
      run(self, guard.body(), scope);
    } catch (CoroutineCancelledException stop) {
      cleans = !faults.is(Twin.LEAVES_OUT_CLEANUPS);
      throw stop;
    } finally {
      if (cleans) {
        self.log("cleanup");
        run(self, guard.cleanup(), scope);
      }
    }
  }

  private void caught(Ledger.Self self, Op.Catch caught, @Nullable CoroutineScope scope) {
    try {
      run(self, caught.body(), scope);
    } catch (Ledger.Failure failure) {
      self.log("caught " + Ledger.textOf(failure));
    } catch (CoroutineCancelledException stop) {
      if (!faults.is(Twin.SWALLOWS_CANCELLATIONS)) {
        throw stop;
      }
    }
  }
}
