/**
 * What a service shows of itself besides its statistics: events for the flight recorder of the JDK,
 * and what it logs. Everything in here is a leaf: it knows neither timers nor shards.
 */
@NullMarked
package io.tourbillon.timer.internal.observe;

import org.jspecify.annotations.NullMarked;
