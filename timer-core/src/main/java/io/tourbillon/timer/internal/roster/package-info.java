/**
 * The set of timers of an adapter that have not ended yet.
 *
 * <p>A {@link io.tourbillon.timer.TimerService} does not know which timers belong to which adapter.
 * An adapter that is shut down must end its own timers and no others.
 */
@NullMarked
package io.tourbillon.timer.internal.roster;

import org.jspecify.annotations.NullMarked;
