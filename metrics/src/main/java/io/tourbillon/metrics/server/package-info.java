/**
 * What {@link io.tourbillon.metrics.MetricsServer} is made of; not for users.
 *
 * <pre>
 *   Endpoint ────────── what is served, and where
 *     WarmUp ────────── asks for everything once, while there is memory
 *     Supervisor ────── a thread: sweeps connections, and puts a new server in a dead one's place
 *       JettyServer ─── one run of Jetty, with its limits and threads
 *         LimitedConnector ── accepts a connection when there is a place for it
 *         Connections ─────── the places, and who must make way
 *         HeldBytes ───────── the memory of all answers
 *         Router ──────────── paths, methods, headers; each path has a Source
 *           Scrape ── /metrics, as text of Prometheus or OpenMetrics
 *           Health ── /health, with a TimerWatch for the timers and a LoopWatch for the loops
 *           Live ──── /live, what the page polls: a LiveFeed of Samples, as JSON
 *           Dump ──── /dump/timers and /dump/coroutines, as text
 *           Asset ─── the page itself
 * </pre>
 *
 * <h2>The way of a request</h2>
 *
 * <ol>
 *   <li>The acceptor waits for a place ({@link Connections#awaitPlace}), accepts the connection,
 *       and gives it the place ({@link Connections#tryAdmit}).
 *   <li>A thread of Jetty's pool reads the header, and calls {@link Router#handle}.
 *   <li>A quick answer is made there; any other by one of two makers, for which the request waits
 *       without a thread ({@link Connections#making}). Its bytes are taken from {@link HeldBytes}
 *       slice by slice ({@link BodyWriter}). What cannot be made now ({@link NotNowException}) is
 *       tried again for about two seconds.
 *   <li>The answer is sent ({@link Connections#writing}), its bytes are given back, and the client
 *       closes the connection ({@link Connections#ending}).
 * </ol>
 *
 * <h2>What holds up whom</h2>
 *
 * <ul>
 *   <li>A client that is slow, in whatever it does, holds a place until somebody else needs it, and
 *       for half a minute at the most; its bytes likewise.
 *   <li>A gauge that hangs holds the makers, and with them all answers but those of {@code /health}
 *       and the page's files.
 *   <li>An error that ends a thread of Jetty's holds up everybody until the supervisor has noticed
 *       and there is memory for another server: some seconds.
 * </ul>
 */
@NullMarked
package io.tourbillon.metrics.server;

import org.jspecify.annotations.NullMarked;
