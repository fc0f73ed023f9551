/**
 * What {@link io.tourbillon.metrics.MetricsServer} is made of; not for users.
 *
 * <pre>
 *   Endpoint ──── Jetty, with its limits
 *     Router ──── paths, methods, headers; each path has a Source
 *       Scrape ── /metrics, as text of Prometheus or OpenMetrics
 *       Health ── /health, with a TimerWatch for the timers and a LoopWatch for the loops
 *       Live ──── /live, what the page polls: a LiveFeed of Samples, as JSON
 *       Asset ─── the page itself
 * </pre>
 */
@NullMarked
package io.tourbillon.metrics.server;

import org.jspecify.annotations.NullMarked;
