/**
 * The adapter that offers the timer service as a Netty timer. It needs {@code
 * io.netty:netty-common}, which its users have; nothing else of this project refers to Netty.
 */
@NullMarked
package io.tourbillon.timer.netty;

import org.jspecify.annotations.NullMarked;
