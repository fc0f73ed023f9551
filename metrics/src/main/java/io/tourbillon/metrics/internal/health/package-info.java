/**
 * Finds out whether timers and loops make progress, and whether durable timers have their lease,
 * for health checks: {@link io.tourbillon.metrics.MetricsServer} and the Spring Boot starter report
 * what is found here. Only looks, and arms no timer and spawns no coroutine for that. Not for
 * users.
 */
@NullMarked
package io.tourbillon.metrics.internal.health;

import org.jspecify.annotations.NullMarked;
