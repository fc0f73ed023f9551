/** The adapter that offers the timer service as a Netty timer. */
@NullMarked
package io.tourbillon.timer.netty;

import org.jspecify.annotations.NullMarked;
