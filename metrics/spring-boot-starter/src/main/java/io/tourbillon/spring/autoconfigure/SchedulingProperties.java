package io.tourbillon.spring.autoconfigure;

import io.tourbillon.spring.TaskThreads;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Options of the task scheduler.
 *
 * @param enabled Whether the task scheduler for Scheduled methods is one of Tourbillon, in place of
 *     the default of Spring Boot.
 * @param threads Threads on which scheduled tasks run. On the driver, a task that blocks delays all
 *     others.
 * @param concurrencyLimit Most tasks that run at a time; others wait. 1 for one after the other, -1
 *     for no limit.
 * @param threadNamePrefix How names of threads begin.
 * @param keepAlive Whether the scheduler keeps the JVM running until the context is closed.
 * @param tick Resolution of delays, from 10 us to an hour.
 * @param watchdog How long a task may run before it is reported, from 1 ms to a day; zero for
 *     never.
 * @param recordStats Whether runs are counted and measured, for metrics. Takes about 110 kB for
 *     each processor.
 * @param closeGrace How long a shutdown waits for running tasks before it interrupts them.
 */
@ConfigurationProperties("tourbillon.scheduling")
record SchedulingProperties(
    @DefaultValue("false") boolean enabled,
    @DefaultValue("virtual") TaskThreads threads,
    @DefaultValue("-1") int concurrencyLimit,
    @DefaultValue("scheduling-") String threadNamePrefix,
    @DefaultValue("true") boolean keepAlive,
    @DefaultValue("1ms") Duration tick,
    @DefaultValue("0ms") Duration watchdog,
    @DefaultValue("true") boolean recordStats,
    @DefaultValue("10s") Duration closeGrace) {}
