/** Will hold event loops that each own a wheel, and coroutines on them; not yet built. */
@NullMarked
package io.tourbillon.coroutine;

import org.jspecify.annotations.NullMarked;
