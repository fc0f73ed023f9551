/**
 * What a service reports besides its statistics: events for the flight recorder of the JDK, and log
 * messages. Everything in here is a leaf: it knows neither timers nor shards.
 */
@NullMarked
package io.tourbillon.timer.internal.observe;

import org.jspecify.annotations.NullMarked;
