/** The parts of the task scheduler, and the threads of tasks. Not for users. */
@NullMarked
package io.tourbillon.spring.internal;

import org.jspecify.annotations.NullMarked;
