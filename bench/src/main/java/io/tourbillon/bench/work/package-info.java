/**
 * The work that is measured, separate from the code that measures it, so that JMH and the
 * comparison share it. Each kind of work checks that it was really done.
 */
@NullMarked
package io.tourbillon.bench.work;

import org.jspecify.annotations.NullMarked;
