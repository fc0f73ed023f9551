/**
 * Timers and coroutines through Micrometer: {@link io.tourbillon.metrics.TimerMetrics} and {@link
 * io.tourbillon.metrics.CoroutineMetrics} bind them to any registry, {@link
 * io.tourbillon.metrics.MetricsServer} serves them to Prometheus and shows them live.
 *
 * <p>The cores count and measure by themselves; what is here reads snapshots of that, when somebody
 * asks. A reading takes microseconds for each shard or loop, and stops none.
 *
 * <h2>Meters</h2>
 *
 * <p>Prometheus writes {@code tourbillon_timer_scheduled_total} where it says {@code
 * tourbillon.timer.scheduled} here: dots are underscores, counters end in {@code _total}, and what
 * is in seconds says so.
 *
 * <table>
 *   <caption>Timers</caption>
 *   <tr><th>name</th><th>kind, unit</th><th>meaning</th><th>alert when</th></tr>
 *   <tr><td>{@code tourbillon.timer.scheduled}</td><td>counter, timers</td>
 *       <td>accepted</td><td>it stands still in a service that should be busy</td></tr>
 *   <tr><td>{@code tourbillon.timer.rescheduled}</td><td>counter, changes</td>
 *       <td>deadlines changed</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.cancelled}</td><td>counter, timers</td>
 *       <td>cancelled</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.fired}</td><td>counter, timers</td>
 *       <td>ended by firing; where timers are timeouts, that is how many ran out</td>
 *       <td>its share of those scheduled rises</td></tr>
 *   <tr><td>{@code tourbillon.timer.runs}</td><td>counter, runs</td>
 *       <td>tasks run or handed to the executor, also those that it refused, those of periodic
 *       timers each time</td>
 *       <td></td></tr>
 *   <tr><td>{@code tourbillon.timer.handed.back}</td><td>counter, timers</td>
 *       <td>pending at shutdown</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.rejected}</td><td>counter, timers and tasks</td>
 *       <td>refused for {@code maxPending}, or by the executor</td><td>it rises at all</td></tr>
 *   <tr><td>{@code tourbillon.timer.exceptions}</td><td>counter, runs</td>
 *       <td>tasks that threw</td><td>it rises at all</td></tr>
 *   <tr><td>{@code tourbillon.timer.pauses}</td><td>counter, pauses</td>
 *       <td>times that the driver was late through no task's fault: a collection, a process that
 *       was stopped</td><td>several in an hour</td></tr>
 *   <tr><td>{@code tourbillon.timer.paused}</td><td>counter, seconds</td>
 *       <td>how late that was, summed up</td><td>more than 1 % of the time</td></tr>
 *   <tr><td>{@code tourbillon.timer.stalls}</td><td>counter, reports</td>
 *       <td>tasks that the watchdog has seen run for too long, on the driver or on the executor</td>
 *       <td>it rises at all: give the service an executor, or a larger one</td></tr>
 *   <tr><td>{@code tourbillon.timer.tick}</td><td>gauge, seconds</td>
 *       <td>the length of a tick, against which lateness is to be seen</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.pending}</td><td>gauge, timers</td>
 *       <td>accepted and not ended</td><td>above 0.9 of the limit, or ever rising</td></tr>
 *   <tr><td>{@code tourbillon.timer.pending.limit}</td><td>gauge, timers</td>
 *       <td>{@code maxPending}, if it is limited</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.pending.by.level}</td><td>gauge, timers</td>
 *       <td>the same by {@code level} of the wheel, 0 the finest; periodic timers whose run is
 *       going on are in none</td><td></td></tr>
 *   <tr><td>{@code tourbillon.timer.lateness}</td><td>histogram, seconds</td>
 *       <td>the wheel's lag: from the end of the tick in which a timer was due to its being taken
 *       out</td><td>p99 above a few ticks: the process gets too little processor, or a task holds
 *       the driver</td></tr>
 *   <tr><td>{@code tourbillon.timer.wait}</td><td>histogram, seconds</td>
 *       <td>from then until the task began: behind others of its batch, or in the executor's
 *       queue</td><td>p99 above what callers bear: more threads, or shorter tasks</td></tr>
 *   <tr><td>{@code tourbillon.timer.run}</td><td>histogram, seconds</td>
 *       <td>how long tasks ran</td><td>p99 above a tick on a service without an executor</td></tr>
 * </table>
 *
 * <p>A {@code TimerService} counts these if it was built with {@code recordStats}; without it there
 * are only the tick and what is pending.
 *
 * <table>
 *   <caption>Coroutines</caption>
 *   <tr><th>name</th><th>kind, unit</th><th>meaning</th><th>alert when</th></tr>
 *   <tr><td>{@code tourbillon.coroutine.spawned}</td><td>counter, coroutines</td>
 *       <td>accepted</td><td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.finished}</td><td>counter, coroutines</td>
 *       <td>whose body has returned</td><td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.failed}</td><td>counter, coroutines</td>
 *       <td>whose body has thrown</td><td>its share of those spawned rises</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.cancelled}</td><td>counter, coroutines</td>
 *       <td>cancelled, by {@code reason}: {@code call}, {@code future} or {@code close}</td>
 *       <td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.timeouts}</td><td>counter, limits</td>
 *       <td>limits that were over before their part had ended</td>
 *       <td>its share of those spawned rises</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.live}</td><td>gauge, coroutines</td>
 *       <td>not ended, by {@code state}: {@code created}, {@code ready}, {@code running} or {@code
 *       suspended}</td><td>ever rising: something waits for what never comes</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.threads}</td><td>gauge, threads</td>
 *       <td>threads of other people's code on the loops</td><td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.tick}</td><td>gauge, seconds</td>
 *       <td>the length of a tick</td><td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.switches}</td><td>counter, turns</td>
 *       <td>turns given, by {@code loop}, as are all that follow but the last three</td>
 *       <td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.stalls}</td><td>counter, turns</td>
 *       <td>turns that the watchdog has seen hold their loop for too long</td>
 *       <td>it rises at all: {@code Coroutines.blocking} is for what blocks</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.loop.coroutines}</td><td>gauge, coroutines</td>
 *       <td>not ended</td><td></td></tr>
 *   <tr><td>{@code tourbillon.coroutine.loop.ready}</td><td>gauge, turns</td>
 *       <td>length of the ready queue</td><td>in the thousands for minutes</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.loop.mailbox}</td><td>gauge, messages</td>
 *       <td>sent by other threads and not read</td><td>in the thousands for minutes</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.loop.busy}</td><td>counter, seconds</td>
 *       <td>time not at rest; its rate is the utilisation</td>
 *       <td>above 0.9 for minutes: the loop is saturated</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.loop.dead}</td><td>gauge, 0 or 1</td>
 *       <td>whether the loop has broken</td><td>it is 1</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.lateness}</td><td>histogram, seconds</td>
 *       <td>the loops' lag: from the end of the tick in which a delay or limit was over to its loop
 *       finding that</td><td>p99 above a few ticks: turns are too long</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.wait}</td><td>histogram, seconds</td>
 *       <td>time in the ready queue, from samples</td><td>p99 above what callers bear</td></tr>
 *   <tr><td>{@code tourbillon.coroutine.turn}</td><td>histogram, seconds</td>
 *       <td>how long turns took</td><td>p99 above 10 ms: everybody else waits that long</td></tr>
 * </table>
 *
 * <p>The three histograms, which are of all loops together, need a {@code CoroutineScheduler} built
 * with {@code recordStats}; the rest is counted always. The timers of {@code
 * CoroutineScheduler.timers} are shown by a {@code TimerMetrics} of their own.
 *
 * <h2>Histograms</h2>
 *
 * <p>On a {@code PrometheusMeterRegistry} they are histograms since the start, with buckets that
 * never change (1, 2.5, 5 and so on to 10 s; from 100 us for what is late or waits, from 1 us for
 * what runs), so that {@code histogram_quantile} over the sum of a fleet is right. They stand
 * beside Micrometer's own meters, and what its filters do to a name, to tags and to whether it is
 * denied holds for them; what they say about percentiles and buckets does not.
 *
 * <p>On any other registry a distribution is a {@code FunctionTimer} of that name with count and
 * sum, and gauges {@code .max} and {@code .percentile} (with a tag {@code phi}) of the last minute
 * or two. Of a composite registry each child has its form; one that is added after binding has
 * none. Sums and percentiles are exact to 1 %.
 *
 * <p>In the jar, {@code io/tourbillon/metrics/grafana.json} is a dashboard for Grafana.
 *
 * <h2>What else there is to see</h2>
 *
 * <p>Meters tell that something is wrong; what it was, the JDK's flight recorder tells, to which
 * the cores write {@code tourbillon.SlowTask}, {@code Stall}, {@code Pause} and {@code LateTimer},
 * and {@code SlowTurn}, {@code LoopStall} and {@code LateDelay}, with names and stacks. They are
 * off, at the price of a flag, unless recorded: {@code jcmd <pid> JFR.start} takes them all.
 */
@NullMarked
package io.tourbillon.metrics;

import org.jspecify.annotations.NullMarked;
