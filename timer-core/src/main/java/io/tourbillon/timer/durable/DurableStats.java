package io.tourbillon.timer.durable;

import java.time.Duration;
import java.util.Set;

/**
 * What a {@link DurableTimers} has done since it was built, on this process.
 *
 * @param scheduled timers that were made durable
 * @param cancelled cancels that removed a timer
 * @param fired firings whose handler returned
 * @param failed attempts whose handler threw
 * @param dead timers that ran out of attempts
 * @param skipped timers that were removed without firing, because they were too late
 * @param superseded firings that a cancel, a replacement or another process came before
 * @param loaded timers in memory, because they are due soon
 * @param running handlers that run
 * @param waiting changes that wait for their transaction
 * @param ownedShards shards whose timers this process fires
 * @param shards all shards
 * @param leaseAge how long ago the lease was renewed
 * @param latenessP99 of the begin of a firing after its due time, by the database's clock
 * @param commitP99 the time of a transaction
 * @param unknownHandlers handlers for which there are timers, but which this process does not have
 */
public record DurableStats(
    long scheduled,
    long cancelled,
    long fired,
    long failed,
    long dead,
    long skipped,
    long superseded,
    long loaded,
    long running,
    long waiting,
    int ownedShards,
    int shards,
    Duration leaseAge,
    Duration latenessP99,
    Duration commitP99,
    Set<String> unknownHandlers) {}
