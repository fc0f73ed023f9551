/**
 * Micrometer meters for timers, coroutines and durable timers. {@link
 * io.tourbillon.metrics.TimerMetrics}, {@link io.tourbillon.metrics.CoroutineMetrics} and {@link
 * io.tourbillon.metrics.DurableMetrics} bind them to any registry. {@link
 * io.tourbillon.metrics.MetricsServer} serves them to Prometheus and shows them on a live page.
 *
 * <p>The cores count and measure by themselves. This package reads snapshots of their numbers, and
 * only on request. Reading a snapshot takes microseconds for each shard or loop, and stops none of
 * them.
 *
 * <p>{@link io.tourbillon.metrics.ContextPropagation} carries the context of a request to its
 * timers and coroutines, and {@link io.tourbillon.metrics.CoroutineObservation} observes chosen
 * coroutines. Both are decorators, and read no snapshots.
 *
 * <h2>Meters</h2>
 *
 * <p>Prometheus shows {@code tourbillon.timer.scheduled} as {@code
 * tourbillon_timer_scheduled_total}: dots become underscores, the names of counters end in {@code
 * _total}, and the names of meters in seconds contain {@code _seconds}.
 *
 * <table>
 *   <caption>Timers</caption>
 *   <tr><th>name</th><th>kind, unit</th><th>meaning</th><th>alert when</th></tr>
 *   <tr><td>{@code tourbillon.timer.scheduled}</td><td>counter, timers</td>
 *       <td>timers accepted</td><td>it does not rise in a service that should be busy</td></tr>
 *   <tr><td>{@code tourbillon.timer.rescheduled}</td><td>counter, changes</td>
 *       <td>deadlines changed</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.cancelled}</td><td>counter, timers</td>
 *       <td>timers cancelled</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.fired}</td><td>counter, timers</td>
 *       <td>timers that ended by firing; if the timers are timeouts, these are the timeouts that
 *       expired</td><td>its share of the scheduled timers rises</td></tr>
 *   <tr><td>{@code tourbillon.timer.runs}</td><td>counter, runs</td>
 *       <td>tasks run or handed to the executor, including those that it refused; a periodic timer
 *       counts for each run</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.handed.back}</td><td>counter, timers</td>
 *       <td>timers that were pending at shutdown</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.rejected}</td><td>counter, timers and tasks</td>
 *       <td>timers refused because of {@code maxPending}, and tasks refused by the executor</td>
 *       <td>it rises at all</td></tr>
 *   <tr><td>{@code tourbillon.timer.exceptions}</td><td>counter, runs</td>
 *       <td>tasks that threw</td><td>it rises at all</td></tr>
 *   <tr><td>{@code tourbillon.timer.pauses}</td><td>counter, pauses</td>
 *       <td>how often the driver was late for another reason than a task, such as a garbage
 *       collection or a stopped process</td><td>several in an hour</td></tr>
 *   <tr><td>{@code tourbillon.timer.paused}</td><td>counter, seconds</td>
 *       <td>the sum of these pauses</td><td>more than 1 % of the time</td></tr>
 *   <tr><td>{@code tourbillon.timer.stalls}</td><td>counter, reports</td>
 *       <td>how often the watchdog reported a task that ran for too long, on the driver or on a
 *       thread of the executor</td>
 *       <td>it rises at all: give the service an executor, or a larger one</td></tr>
 *   <tr><td>{@code tourbillon.timer.tick}</td><td>gauge, seconds</td>
 *       <td>the length of a tick, with which to compare the lateness</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.pending}</td><td>gauge, timers</td>
 *       <td>timers accepted and not ended</td>
 *       <td>above 0.9 of the limit, or rising without end</td></tr>
 *   <tr><td>{@code tourbillon.timer.pending.limit}</td><td>gauge, timers</td>
 *       <td>{@code maxPending}, if it is limited</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.pending.by.level}</td><td>gauge, timers</td>
 *       <td>pending timers by {@code level} of the wheel; level 0 is the finest, and a periodic
 *       timer that is running is in no level</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.lateness}</td><td>histogram, seconds</td>
 *       <td>the lag of the wheel: from the end of the tick in which a timer was due until it was
 *       taken out of the wheel</td><td>p99 above a few ticks: the process gets too little processor
 *       time, or a task holds the driver</td></tr>
 *   <tr><td>{@code tourbillon.timer.wait}</td><td>histogram, seconds</td>
 *       <td>from then until the task began: time behind other tasks of its batch, or in the queue
 *       of the executor</td><td>p99 above what callers tolerate: use more threads, or shorter
 *       tasks</td></tr>
 *   <tr><td>{@code tourbillon.timer.run}</td><td>histogram, seconds</td>
 *       <td>how long tasks ran</td><td>p99 above a tick on a service without an executor</td></tr>
 * </table>
 *
 * <p>A {@code TimerService} records all of these only if it was built with {@code recordStats}.
 * Otherwise there are only the tick and the meters of pending timers.
 *
 * <table>
 *   <caption>Coroutines</caption>
 *   <tr><th>name</th><th>kind, unit</th><th>meaning</th><th>alert when</th></tr>
 *   <tr><td>{@code tourbillon.coroutine.spawned}</td><td>counter, coroutines</td>
 *       <td>coroutines accepted</td><td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.finished}</td><td>counter, coroutines</td>
 *       <td>coroutines whose body returned</td><td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.failed}</td><td>counter, coroutines</td>
 *       <td>coroutines whose body threw</td><td>its share of the spawned coroutines rises</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.cancelled}</td><td>counter, coroutines</td>
 *       <td>coroutines cancelled, by {@code reason}: {@code call}, {@code future} or {@code
 *       close}</td><td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.timeouts}</td><td>counter, timeouts</td>
 *       <td>timeouts that expired before their body had ended</td>
 *       <td>its share of the spawned coroutines rises</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.live}</td><td>gauge, coroutines</td>
 *       <td>coroutines that have not ended, by {@code state}: {@code created}, {@code ready},
 *       {@code running} or {@code suspended}</td>
 *       <td>rising without end: coroutines wait for something that never happens</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.threads}</td><td>gauge, threads</td>
 *       <td>threads of {@code CoroutineScheduler.threadFactory} that have not ended</td>
 *       <td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.abandoned.calls}</td><td>gauge, calls</td>
 *       <td>calls of {@code Coroutines.abandonableBlocking} that still run after their coroutine has
 *       gone on</td><td>rising without end: threads are lost to calls that do not end</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.tick}</td><td>gauge, seconds</td>
 *       <td>the length of a tick</td><td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.switches}</td><td>counter, turns</td>
 *       <td>turns of coroutines and of other virtual threads, by {@code loop}; all meters below,
 *       except the last three, have this tag, too</td><td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.taken.over}</td><td>counter, coroutines</td>
 *       <td>coroutines that the loop took over from others, before or after they had begun</td>
 *       <td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.stalls}</td><td>counter, turns</td>
 *       <td>turns that the watchdog reported because they held their loop for too long</td>
 *       <td>it rises at all: use {@code Coroutines.blocking} for calls that block</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.loop.coroutines}</td><td>gauge, coroutines</td>
 *       <td>coroutines of the loop that have not ended</td><td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.loop.ready}</td><td>gauge, turns</td>
 *       <td>length of the ready queue</td><td>in the thousands for minutes</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.loop.mailbox}</td><td>gauge, messages</td>
 *       <td>messages from other threads that the loop has not read</td>
 *       <td>in the thousands for minutes</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.loop.busy}</td><td>counter, seconds</td>
 *       <td>time in which the loop was not at rest; its rate is the utilisation</td>
 *       <td>above 0.9 for minutes: the loop is saturated</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.loop.dead}</td><td>gauge, 0 or 1</td>
 *       <td>1 if the loop has failed, so that nothing runs on it</td><td>it is 1</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.lateness}</td><td>histogram, seconds</td>
 *       <td>the lag of the loops: from the end of the tick in which a delay or limit expired until
 *       its loop found it</td><td>p99 above a few ticks: turns are too long</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.wait}</td><td>histogram, seconds</td>
 *       <td>time in the ready queue, measured by samples</td>
 *       <td>p99 above what callers tolerate</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.turn}</td><td>histogram, seconds</td>
 *       <td>how long turns took</td>
 *       <td>p99 above 10 ms: everything else on the loop waits that long</td></tr>
 * </table>
 *
 * <p>The three histograms cover all loops together. They need a {@code CoroutineScheduler} that was
 * built with {@code recordStats}; all other meters need no option. The timers of {@code
 * CoroutineScheduler.timers} need a {@code TimerMetrics} of their own.
 *
 * <table>
 *   <caption>Durable timers, of one process</caption>
 *   <tr><th>name</th><th>kind, unit</th><th>meaning</th><th>alert when</th></tr>
 *   <tr><td>{@code tourbillon.durable.scheduled}</td><td>counter, timers</td>
 *       <td>schedules acknowledged, apart from those in transactions of callers</td><td></td></tr>
 *   <tr><td>{@code tourbillon.durable.cancelled}</td><td>counter, timers</td>
 *       <td>cancels that removed a timer</td><td></td></tr>
 *   <tr><td>{@code tourbillon.durable.fired}</td><td>counter, firings</td>
 *       <td>firings whose handler returned</td><td>it does not rise while timers are due</td></tr>
 *   <tr><td>{@code tourbillon.durable.failed}</td><td>counter, attempts</td>
 *       <td>attempts whose handler threw</td><td>its share of the fired timers rises</td></tr>
 *   <tr><td>{@code tourbillon.durable.retried}</td><td>counter, attempts</td>
 *       <td>failed attempts after which the timer was kept for another one</td><td></td></tr>
 *   <tr><td>{@code tourbillon.durable.dead}</td><td>counter, timers</td>
 *       <td>timers that ran out of attempts, and stay in the table: {@code listDead}</td>
 *       <td>it rises at all</td></tr>
 *   <tr><td>{@code tourbillon.durable.skipped}</td><td>counter, timers</td>
 *       <td>timers removed without firing, as their {@code CatchUp} says</td>
 *       <td></td></tr>
 *   <tr><td>{@code tourbillon.durable.superseded}</td><td>counter, firings</td>
 *       <td>firings that a cancel, a replacement or another process came before; a handler that
 *       schedules its own timer again replaces it</td><td>it rises without cancels and
 *       replacements: a process is stopped for longer than its lease</td></tr>
 *   <tr><td>{@code tourbillon.durable.loaded}</td><td>gauge, timers</td>
 *       <td>timers in memory, because they are due soon</td><td>at {@code maxLoaded}</td></tr>
 *   <tr><td>{@code tourbillon.durable.backlog}</td><td>gauge, timers</td>
 *       <td>timers that are due and whose firing has not begun</td>
 *       <td>rising: handlers are too slow, or {@code maxRunning} is too low</td></tr>
 *   <tr><td>{@code tourbillon.durable.running}</td><td>gauge, firings</td>
 *       <td>handlers that run</td><td>at {@code maxRunning} for minutes</td></tr>
 *   <tr><td>{@code tourbillon.durable.waiting}</td><td>gauge, changes</td>
 *       <td>changes that wait for their transaction</td>
 *       <td>near {@code maxWaiting}, beyond which changes are refused</td></tr>
 *   <tr><td>{@code tourbillon.durable.handlers.unknown}</td><td>gauge, handlers</td>
 *       <td>handlers for which there are timers, but which no process has</td>
 *       <td>above 0 after a deployment</td></tr>
 *   <tr><td>{@code tourbillon.durable.shards}</td><td>gauge, shards</td>
 *       <td>all shards of the tables</td><td></td></tr>
 *   <tr><td>{@code tourbillon.durable.shards.owned}</td><td>gauge, shards</td>
 *       <td>shards whose timers this process fires; 0 in a process that stands by</td>
 *       <td>the sum over all processes is below the number of shards for longer than a
 *       lease</td></tr>
 *   <tr><td>{@code tourbillon.durable.lease}</td><td>gauge, seconds</td>
 *       <td>how long others wait for this process before they take its shards</td><td></td></tr>
 *   <tr><td>{@code tourbillon.durable.lease.age}</td><td>gauge, seconds</td>
 *       <td>time since the lease was renewed, which is at most a third of the lease while the
 *       database answers</td><td>above the lease: this process fires nothing</td></tr>
 *   <tr><td>{@code tourbillon.durable.lateness}</td><td>histogram, seconds</td>
 *       <td>from when a timer was due, by the database's clock, until its firing began</td>
 *       <td>p99 above what callers tolerate</td></tr>
 *   <tr><td>{@code tourbillon.durable.commit}</td><td>histogram, seconds</td>
 *       <td>how long the transactions took that changed timers, many in each</td>
 *       <td>p99 rises: the database is slow</td></tr>
 * </table>
 *
 * <p>These meters need no option. They show one process; the number of timers in the tables is
 * {@code DurableTimers.pending()}, which is no meter because it takes a scan of an index.
 *
 * <h2>Histograms</h2>
 *
 * <p>On a {@code PrometheusMeterRegistry} they are cumulative since the start, with buckets that
 * never change: 1, 2.5, 5 and so on up to 10 s, beginning at 100 us for lateness and waits, and at
 * 1 us for tasks and turns. So {@code histogram_quantile} over the sum of a fleet is correct. These
 * histograms are not meters of Micrometer, but its filters can rename them, change their tags and
 * deny them. What the filters say about percentiles and buckets has no effect on them.
 *
 * <p>On any other registry a distribution is a {@code FunctionTimer} of that name with count and
 * sum, and gauges with the suffixes {@code .max} and {@code .percentile} (with a tag {@code phi})
 * for the last one to two minutes. In a composite registry each child gets the form that suits it;
 * a child that is added after the binding gets none. Sums and percentiles are exact to 1 %.
 *
 * <p>The jar contains a dashboard for Grafana, {@code io/tourbillon/metrics/grafana.json}.
 *
 * <h2>Flight recorder events</h2>
 *
 * <p>Meters show that something is wrong. The JDK's flight recorder shows what it was: the cores
 * write the events {@code tourbillon.SlowTask}, {@code Stall}, {@code Pause} and {@code LateTimer},
 * and {@code SlowTurn}, {@code LoopStall} and {@code LateDelay}, with names and stacks. While no
 * recording runs, an event costs only the check of a flag. {@code jcmd <pid> JFR.start} records all
 * of them.
 */
@NullMarked
package io.tourbillon.metrics;

import org.jspecify.annotations.NullMarked;
