/** Tells BlockHound which threads of loops must not be blocked, and which waits are allowed. */
@NullMarked
package io.tourbillon.coroutine.internal.blockhound;

import org.jspecify.annotations.NullMarked;
