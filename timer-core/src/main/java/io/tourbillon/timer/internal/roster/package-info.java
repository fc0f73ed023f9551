/**
 * Who has not ended yet: how an adapter finds its own timers among those of the service.
 *
 * <p>A {@link io.tourbillon.timer.TimerService} does not know which of its timers belong to which
 * adapter, and an adapter that is shut down must end its own and nobody else's.
 */
@NullMarked
package io.tourbillon.timer.internal.roster;

import org.jspecify.annotations.NullMarked;
