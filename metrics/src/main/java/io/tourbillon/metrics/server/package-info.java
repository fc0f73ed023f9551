/**
 * The implementation of {@link io.tourbillon.metrics.MetricsServer}; not for users.
 *
 * <pre>
 *   Endpoint ────────── what is served, and where
 *     WarmUp ────────── requests every path once, while there is memory
 *     Supervisor ────── a thread: sweeps connections, and replaces a dead server by a new one
 *       JettyServer ─── one run of Jetty, with its limits and threads
 *         LimitedConnector ── accepts a connection when there is a place for it
 *         Connections ─────── the places, and which connection must make way
 *         HeldBytes ───────── the memory of all responses
 *         Router ──────────── paths, methods, headers; each path has a Source
 *           Scrape ── /metrics, in the text format of Prometheus or as OpenMetrics
 *           Health ── /health, with a TimerWatch, a LoopWatch and a DurableWatch
 *           Live ──── /live, which the page polls: a LiveFeed of Samples, as JSON
 *           Dump ──── /dump/timers and /dump/coroutines, as text
 *           Asset ─── the files of the page
 * </pre>
 *
 * <h2>How a request is served</h2>
 *
 * <ol>
 *   <li>The acceptor waits for a place ({@link Connections#awaitPlace}), accepts the connection,
 *       and gives it the place ({@link Connections#tryAdmit}).
 *   <li>A thread of Jetty's pool reads the header, and calls {@link Router#handle}.
 *   <li>That thread makes the response if this is quick. Otherwise one of two makers does, and the
 *       request holds no thread while it waits for them ({@link Connections#making}). The bytes of
 *       such a response are taken from {@link HeldBytes} slice by slice ({@link BodyWriter}). A
 *       response that cannot be made now ({@link NotNowException}) is tried again for about two
 *       seconds.
 *   <li>The response is sent ({@link Connections#writing}). Then its bytes are given back, and the
 *       client closes the connection ({@link Connections#ending}).
 * </ol>
 *
 * <h2>What can delay requests</h2>
 *
 * <ul>
 *   <li>A client that is slow in any way holds a place until another client needs it, and for at
 *       most half a minute. The same holds for the bytes of its response.
 *   <li>A gauge that hangs holds the makers. So it delays all responses except those of {@code
 *       /health} and the files of the page.
 *   <li>An error that ends a thread of Jetty delays all requests until the supervisor has noticed
 *       it and there is memory for another server: for some seconds.
 * </ul>
 */
@NullMarked
package io.tourbillon.metrics.server;

import org.jspecify.annotations.NullMarked;
