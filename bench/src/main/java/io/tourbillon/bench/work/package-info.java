/**
 * The work that is measured, apart from the code that measures it: JMH and the comparison share it.
 * Every piece of it checks that it was really done.
 */
@NullMarked
package io.tourbillon.bench.work;

import org.jspecify.annotations.NullMarked;
