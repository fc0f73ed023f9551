/**
 * The demo: the timer service under an HTTP server with real connections, a coroutine for each and
 * a great many more beside them. It checks that all of them keep their promises.
 *
 * <p>The steps of a run ({@link Demo}):
 *
 * <ol>
 *   <li><b>arm</b>: {@link Background} arms as many pending timers as were asked for, between two
 *       readings of the heap.
 *   <li><b>spawn</b>: {@link Sleepers} spawns as many coroutines as were asked for, on the one
 *       scheduler that there is. Each sleeps for a random time, over and over, until the end.
 *   <li><b>serve</b>: {@link Clients} send requests to a {@link DemoServer} over keep-alive
 *       connections. The client's end is a {@link Connection}, with a timeout per request, an idle
 *       timeout and a heartbeat. The server's end is a {@link Session}, a coroutine on the same
 *       loops as the sleepers. Some answers come too late and some clients fall idle, so that
 *       timeouts do fire. Meanwhile background timers are cancelled and armed again at random.
 *   <li><b>shut down</b>, while everything runs: first the timers, then the clients, the sessions,
 *       and the sleepers.
 *   <li><b>judge</b>: the {@link Ledger} compares what was accepted with what has ended, and the
 *       {@link Summary} prints the result.
 * </ol>
 *
 * <p>Every call to the service goes through a {@link CheckedTimer}, one for each timer, which
 * enters it in the account of its kind in the ledger. A timer that is lost, fires early or ends
 * twice is found that way without trusting the service's own counts; those are compared with ours
 * at the end. The accounts do the same for the delays of coroutines and for the coroutines
 * themselves.
 *
 * <p>Sessions read and write by a {@link io.tourbillon.coroutine.net.TcpConnection}, which is the
 * same code on every {@link io.tourbillon.coroutine.Engine}: with the JVM's flag or without.
 *
 * <p>Everything has a limit: clients, sessions, sleepers, threads, pending timers, the time to end.
 */
@NullMarked
package io.tourbillon.bench.demo;

import org.jspecify.annotations.NullMarked;
