/** Tells BlockHound which threads of services must not be blocked, and which waits are allowed. */
@NullMarked
package io.tourbillon.timer.internal.blockhound;

import org.jspecify.annotations.NullMarked;
