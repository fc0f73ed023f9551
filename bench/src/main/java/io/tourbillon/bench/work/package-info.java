/**
 * The work that is measured, apart from who measures it: JMH and the comparison do the same. Every
 * piece of it checks that it was really done.
 */
@NullMarked
package io.tourbillon.bench.work;

import org.jspecify.annotations.NullMarked;
