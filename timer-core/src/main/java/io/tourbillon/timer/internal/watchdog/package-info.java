/**
 * Watches threads that must not be held up: the driver of a service, and the loops of coroutines.
 */
@NullMarked
package io.tourbillon.timer.internal.watchdog;

import org.jspecify.annotations.NullMarked;
