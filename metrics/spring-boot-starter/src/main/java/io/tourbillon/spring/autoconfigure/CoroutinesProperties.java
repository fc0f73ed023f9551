package io.tourbillon.spring.autoconfigure;

import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SchedulingPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Options of the coroutine scheduler.
 *
 * @param enabled Whether there is a bean of the type CoroutineScheduler.
 * @param loops Number of event loops, each a thread, from 1 to 1024. One for each processor by
 *     default.
 * @param engine Engine that carries the coroutines. By default the virtual-thread engine if the JVM
 *     was started with its flag. Otherwise plain-thread, or handoff with one loop or a policy other
 *     than fifo.
 * @param name How names of loops, and of coroutines without a name, begin.
 * @param tick Resolution of delays and limits, from 10 us to an hour.
 * @param watchdog How long a turn may hold a loop before it is reported, from 1 ms to a day; zero
 *     for never.
 * @param budget How long a turn may last before a checkpoint lets others go first.
 * @param blockingThreads Most calls of Coroutines.blocking that run at a time, each on a platform
 *     thread.
 * @param policy Order in which ready coroutines get their turns.
 * @param priorityStep Waiting time that is worth one step of priority, with the policy priority.
 * @param deadlineHorizon Deadline of coroutines without one, with the policy earliest-deadline.
 * @param randomSeed Seed of the policy random, which is for tests.
 * @param recordStats Whether lateness, waits and turns are measured, for metrics. Takes about 200
 *     kB for each loop.
 * @param recordCreationSites Whether dumps say where coroutines were spawned. Takes some
 *     microseconds and some hundred bytes for each coroutine.
 * @param closeGrace How long a shutdown waits for coroutines before it cancels them.
 */
@ConfigurationProperties("tourbillon.coroutines")
record CoroutinesProperties(
    @DefaultValue("true") boolean enabled,
    @Nullable Integer loops,
    @Nullable Engine engine,
    @DefaultValue("coroutine") String name,
    @DefaultValue("1ms") Duration tick,
    @DefaultValue("100ms") Duration watchdog,
    @DefaultValue("500us") Duration budget,
    @DefaultValue("64") int blockingThreads,
    @DefaultValue("fifo") Policy policy,
    @DefaultValue("10ms") Duration priorityStep,
    @DefaultValue("1s") Duration deadlineHorizon,
    @DefaultValue("0") long randomSeed,
    @DefaultValue("true") boolean recordStats,
    @DefaultValue("false") boolean recordCreationSites,
    @DefaultValue("10s") Duration closeGrace) {

  /** The policies by name; {@link SchedulingPolicy} describes them. */
  enum Policy {
    /** First come, first served. */
    FIFO,
    /** Groups take turns. */
    ROUND_ROBIN,
    /** The highest priority first, but waiting counts. */
    PRIORITY,
    /** The earliest deadline first. */
    EARLIEST_DEADLINE,
    /** Random, for tests. */
    RANDOM
  }
}
