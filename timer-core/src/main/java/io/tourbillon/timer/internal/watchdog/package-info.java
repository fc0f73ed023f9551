/**
 * Looking at a thread that must not be held up, from outside. Public because loops of other
 * packages are watched in the same way; of no use to others.
 */
@NullMarked
package io.tourbillon.timer.internal.watchdog;

import org.jspecify.annotations.NullMarked;
