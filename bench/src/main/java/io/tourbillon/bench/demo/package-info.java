/**
 * The demo: the timer service at its main job, on real connections, watched for its promise.
 *
 * <p>A run, told by {@link Demo}:
 *
 * <ol>
 *   <li><b>arm</b>: {@link Background} arms as many pending timers as were asked for, between two
 *       readings of the heap.
 *   <li><b>serve</b>: {@link Clients} ask a {@link DemoServer} over real keep-alive connections.
 *       Each {@link Connection} has a timeout per request, an idle timeout and a heartbeat. Some
 *       answers come too late and some clients fall idle, so that timeouts do fire. Meanwhile the
 *       background is cancelled and armed again here and there.
 *   <li><b>shut down</b>, with everything in full flight.
 *   <li><b>settle</b>: the {@link Ledger} compares what was accepted with what has ended, and the
 *       {@link Summary} says it all.
 * </ol>
 *
 * <p>Whatever is asked of the service goes through {@link CheckedTimer}, one for each timer, which
 * enters it in the {@link Account} of its kind. That is how a timer that is lost, fires early, or
 * ends twice is found out, without trusting the service's own counts; those are compared with ours
 * at the end.
 *
 * <p>Everything has a limit: clients, threads, pending timers, the time to end.
 */
@NullMarked
package io.tourbillon.bench.demo;

import org.jspecify.annotations.NullMarked;
