package io.tourbillon.timer.durable;

import io.tourbillon.timer.Distribution;
import java.time.Duration;
import java.util.Set;

/**
 * What a {@link DurableTimers} has done since it was built, on this process.
 *
 * @param scheduled schedules that were acknowledged, apart from those in transactions of callers
 * @param cancelled cancels that removed a timer
 * @param fired firings whose handler returned
 * @param failed attempts whose handler threw
 * @param retried attempts after which the timer was kept for another one
 * @param dead timers that ran out of attempts
 * @param skipped timers that were removed without firing, as their {@link CatchUp} says
 * @param superseded firings that a cancel, a replacement or another process came before
 * @param backlog timers that are due and whose firing has not begun
 * @param loaded timers in memory, because they are due soon
 * @param running handlers that run
 * @param waiting changes that wait for their transaction
 * @param ownedShards shards whose timers this process fires
 * @param shards all shards
 * @param lease how long others wait for this process before they take its shards
 * @param leaseAge how long ago the lease was renewed; above {@code lease}, others may fire the
 *     timers of this process, which fires none
 * @param latenessNanos from when timers were due, by the database's clock, until their firing began
 * @param commitNanos the times of the transactions that changed timers
 * @param unknownHandlers handlers for which there are timers, but which no process has
 * @param closed whether the service was closed
 */
public record DurableStats(
    long scheduled,
    long cancelled,
    long fired,
    long failed,
    long retried,
    long dead,
    long skipped,
    long superseded,
    long backlog,
    long loaded,
    long running,
    long waiting,
    int ownedShards,
    int shards,
    Duration lease,
    Duration leaseAge,
    Distribution latenessNanos,
    Distribution commitNanos,
    Set<String> unknownHandlers,
    boolean closed) {}
