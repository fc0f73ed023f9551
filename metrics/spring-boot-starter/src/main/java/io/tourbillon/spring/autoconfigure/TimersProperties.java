package io.tourbillon.spring.autoconfigure;

import io.tourbillon.spring.TaskThreads;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Options of the timer service.
 *
 * @param enabled Whether there is a bean of the type TimerService.
 * @param tick Resolution of deadlines, from 10 us to an hour.
 * @param spin How long before each event the driver wakes up and spins, from zero to 1 ms.
 * @param maxPending Most timers that may be pending; others are refused. -1 for no limit.
 * @param name Name of the thread that drives the timers. Names of other threads begin with it.
 * @param threads Threads on which tasks run. On the driver, a task that blocks delays all timers.
 * @param concurrencyLimit Most tasks that run at a time on threads other than the driver. -1 for no
 *     limit.
 * @param watchdog How long a task may run before it is reported, from 1 ms to a day; zero for
 *     never. 100 ms by default if tasks run on the driver, and zero otherwise.
 * @param pauseThreshold Shortest delay of the driver that counts as a pause if no task has caused
 *     it.
 * @param recordStats Whether timers are counted and measured, for metrics. Takes about 110 kB for
 *     each processor.
 * @param recordCreationSites Whether dumps say where timers were scheduled. Takes about 2 us and
 *     100 bytes for each timer.
 * @param closeGrace How long a shutdown waits for running tasks before it interrupts them.
 */
@ConfigurationProperties("tourbillon.timers")
record TimersProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("1ms") Duration tick,
    @DefaultValue("0ms") Duration spin,
    @DefaultValue("-1") long maxPending,
    @DefaultValue("tourbillon-timer") String name,
    @DefaultValue("driver") TaskThreads threads,
    @DefaultValue("-1") int concurrencyLimit,
    @Nullable Duration watchdog,
    @DefaultValue("100ms") Duration pauseThreshold,
    @DefaultValue("true") boolean recordStats,
    @DefaultValue("false") boolean recordCreationSites,
    @DefaultValue("10s") Duration closeGrace) {}
