package io.tourbillon.coroutine.testkit;

import io.tourbillon.coroutine.Block;
import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineDecorator;
import io.tourbillon.coroutine.CoroutineListener;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TaskDecorator;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a test as a coroutine on a real scheduler with one loop and a virtual clock, which moves on
 * as soon as everything waits.
 *
 * <pre>{@code
 * new Simulation().run(() -> {
 *   assertThrows(TimeoutException.class,
 *       () -> Coroutines.withTimeout(Duration.ofHours(1), () -> channel.receive()));
 *   assertEquals(Duration.ofHours(1), Simulation.elapsed());      // virtual time; no real time
 * });
 * new Simulation().explore(1000, () -> transfer(accounts()));     // in a thousand orders of turns
 * }</pre>
 *
 * <p>Immutable and thread-safe: each option returns another simulation. A run has a scheduler of
 * its own, and takes about a millisecond besides its body.
 *
 * <p>The caller gets what the body throws. A run fails with a {@link SimulationFailure} if
 * everything waits and nothing is due, if a coroutine has failed and nobody has joined it, if the
 * body ends before coroutines that it has started, if a thread waits by the real clock, or if the
 * run takes too long in real time.
 *
 * <p>Without a seed, turns come in the order of production, and a {@code Select} chooses at random.
 * With a seed, chance decides at every suspension point, and the same seed decides in the same way.
 * {@link #explore} tries many seeds. The documentation of this package says what a seed determines
 * and what it does not.
 */
public final class Simulation {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  /** True after the warning that simulations of this process run on HANDOFF. */
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  /** The engine that was set, or null. */
  private final @Nullable Engine engine;

  final @Nullable Long seed;
  final Duration tick;
  final Duration limit;
  final Duration grace;

  /** Sets the decorator and the listener. */
  final Consumer<CoroutineScheduler.Builder> surroundings;

  /** Creates a simulation without a seed: tick 1 ms, limit 1 min, grace 1 s. */
  public Simulation() {
    this(null, null, Duration.ofMillis(1), Duration.ofMinutes(1), Duration.ofSeconds(1), _ -> {});
  }

  private Simulation(
      @Nullable Engine engine,
      @Nullable Long seed,
      Duration tick,
      Duration limit,
      Duration grace,
      Consumer<CoroutineScheduler.Builder> surroundings) {
    this.engine = engine;
    this.seed = seed;
    this.tick = tick;
    this.limit = limit;
    this.grace = grace;
    this.surroundings = surroundings;
  }

  /**
   * Sets the engine. The default is {@link Engine#VIRTUAL_THREAD} if this JVM has its flag.
   * Otherwise it is {@link Engine#HANDOFF}, since a simulation needs turns, and the log warns of it
   * once. Code that blocks may pass there and fail on VIRTUAL_THREAD. A scheduler of production
   * that has no flag either takes {@link Engine#PLAIN_THREAD}, where coroutines run at the same
   * time. Start the JVM of the tests with the flags of production, or set an engine, so that a run
   * fails if that is not available.
   *
   * <p>{@link Engine#PLAIN_THREAD} gives no turns, so that coroutines run at the same time: such a
   * simulation simulates time, but the order of events is another in each run, and it takes no
   * seed.
   *
   * @param engine if it is not available, or is PLAIN_THREAD and there is a seed, each run throws
   *     UnsupportedOperationException
   */
  public Simulation engine(Engine engine) {
    return new Simulation(
        Objects.requireNonNull(engine, "engine"), seed, tick, limit, grace, surroundings);
  }

  /** Sets the seed by which chance decides the order of turns. */
  public Simulation seed(long seed) {
    return new Simulation(engine, seed, tick, limit, grace, surroundings);
  }

  /**
   * Sets the resolution of delays and timeouts. The default is 1 ms.
   *
   * @param tick from 10 us to an hour
   * @throws IllegalArgumentException if it is out of that range
   */
  public Simulation tick(Duration tick) {
    CoroutineScheduler.Builder _ = CoroutineScheduler.builder().tick(tick);
    return new Simulation(engine, seed, tick, limit, grace, surroundings);
  }

  /**
   * Sets how long a run may take in real time. The default is a minute.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Simulation limit(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    if (!limit.isPositive()) {
      throw new IllegalArgumentException("limit must be positive: " + limit);
    }
    return new Simulation(engine, seed, tick, limit, grace, surroundings);
  }

  /**
   * Sets how long, in real time, everything may wait for something from outside, such as a future
   * that another thread completes, before that counts as a deadlock. The default is a second; use
   * zero if nothing comes from outside. There is no grace if coroutines wait for each other. Calls
   * of {@link Coroutines#blocking} are waited for however long they take.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Simulation grace(Duration grace) {
    Objects.requireNonNull(grace, "grace");
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace must not be negative: " + grace);
    }
    return new Simulation(engine, seed, tick, limit, grace, surroundings);
  }

  /**
   * Sets what wraps the bodies, as {@link CoroutineScheduler.Builder#decorator(CoroutineDecorator)}
   * does.
   */
  public Simulation decorator(CoroutineDecorator decorator) {
    Objects.requireNonNull(decorator, "decorator");
    return surrounded(scheduler -> scheduler.decorator(decorator));
  }

  /**
   * Sets what wraps the bodies and the timers, as {@link
   * CoroutineScheduler.Builder#decorator(TaskDecorator)} does.
   */
  public Simulation decorator(TaskDecorator decorator) {
    Objects.requireNonNull(decorator, "decorator");
    return surrounded(scheduler -> scheduler.decorator(decorator));
  }

  /** Sets the listener, as {@link CoroutineScheduler.Builder#listener} does. */
  public Simulation listener(CoroutineListener listener) {
    Objects.requireNonNull(listener, "listener");
    return surrounded(scheduler -> scheduler.listener(listener));
  }

  private Simulation surrounded(Consumer<CoroutineScheduler.Builder> further) {
    return new Simulation(engine, seed, tick, limit, grace, surroundings.andThen(further));
  }

  /**
   * Runs a body without a result, and waits for its end.
   *
   * @throws X what the body throws, the same object
   * @throws SimulationFailure if the run fails for another reason
   * @throws IllegalStateException if called by a coroutine
   */
  public <X extends Exception> void run(Block<X> body) throws X {
    call(Block.asBody(body));
  }

  /**
   * Runs a body, and waits for its end.
   *
   * @return what the body returns
   * @throws X what the body throws, the same object
   * @throws SimulationFailure if the run fails for another reason
   * @throws IllegalStateException if called by a coroutine
   */
  public <T extends @Nullable Object, X extends Exception> T call(Body<T, X> body) throws X {
    return outcomeOf(body).get();
  }

  /**
   * Runs a body many times, each with a seed of its own, until a run fails. That seed is run once
   * more, unless it has taken too long; the failure says if the second run went another way.
   *
   * @param runs how many seeds, at least 1: consecutive ones from the seed of this simulation, or
   *     else from a random one
   * @param body must create everything that it changes
   * @throws SimulationFailure if a run fails, in whatever way; names the seed; if the body has
   *     thrown, that is the cause
   * @throws IllegalArgumentException if runs is not positive
   * @throws IllegalStateException if called by a coroutine
   */
  public <X extends Exception> void explore(int runs, Block<X> body) {
    Objects.requireNonNull(body, "body");
    if (runs < 1) {
      throw new IllegalArgumentException("runs must be positive: " + runs);
    }
    long first = seed == null ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) : seed;
    for (int run = 0; run < runs; run++) {
      Simulation seeded = seed(first + run);
      Outcome<?, ?> outcome = seeded.<@Nullable Void, X>outcomeOf(Block.asBody(body));
      if (outcome.failure() != null) {
        Outcome<?, ?> replay =
            outcome.isOverLimit()
                ? outcome
                : seeded.<@Nullable Void, X>outcomeOf(Block.asBody(body));
        throw SimulationFailure.ofSeed(first + run, run + 1, runs, outcome, replay);
      }
    }
  }

  private <T extends @Nullable Object, X extends Exception> Outcome<T, X> outcomeOf(
      Body<T, X> body) {
    Objects.requireNonNull(body, "body");
    if (Suspension.caller() instanceof Coroutine<?> coroutine) {
      throw new IllegalStateException(
          "a simulation must not be run by a coroutine: " + coroutine.name());
    }
    return new SimulationRun<>(this, body).run();
  }

  /** Returns the engine that was set, or else the best one that this JVM has. */
  Engine engineToRunOn() {
    if (engine != null) {
      return engine;
    }
    if (Engine.VIRTUAL_THREAD.isAvailable()) {
      return Engine.VIRTUAL_THREAD;
    }
    if (WARNED.compareAndSet(false, true)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "simulations run on Engine.HANDOFF, where code that blocks may pass that fails on"
              + " VIRTUAL_THREAD: start the JVM of the tests as that of production, with "
              + Engine.VIRTUAL_THREAD.flag()
              + ", or ask for an engine by Simulation.engine");
    }
    return Engine.HANDOFF;
  }

  SchedulingPolicy policy() {
    return seed == null ? SchedulingPolicy.fifo() : SchedulingPolicy.random(seed);
  }

  // Called by coroutines of a run.

  /**
   * Returns the virtual time since the beginning of the run. Time stands still while a coroutine
   * runs.
   *
   * @throws IllegalStateException outside a simulation
   */
  public static Duration elapsed() {
    return Duration.ofNanos(virtual("elapsed").nanoTime());
  }

  /**
   * Returns the clock of the run, which begins at 0, for other services that should use it.
   *
   * @throws IllegalStateException outside a simulation
   */
  public static Clock clock() {
    return virtual("clock");
  }

  /**
   * Waits until all other coroutines wait as well and no {@link Coroutines#blocking} call is in
   * progress. Time does not move meanwhile. If several coroutines wait like this, they go on one
   * after the other, in arrival order.
   *
   * @throws IllegalStateException outside a simulation
   */
  public static void settle() {
    VirtualClock clock = virtual("settle");
    Boolean _ =
        Suspension.<Boolean>await(
            "all others to wait", settled -> clock.whenAtRest(() -> settled.resume(true)));
  }

  private static VirtualClock virtual(String method) {
    if (Suspension.clock() instanceof VirtualClock clock) {
      return clock;
    }
    throw new IllegalStateException(
        "Simulation."
            + method
            + " must be called by a coroutine of a simulation: called by "
            + Thread.currentThread());
  }
}
