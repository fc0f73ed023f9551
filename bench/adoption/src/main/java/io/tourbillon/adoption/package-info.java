/**
 * Well-known libraries on our timers and loops, each by the line that the README shows. A class
 * {@code XRecipe} sets up one library, with our timer service or with the timer that the library
 * uses by itself. The tests run the same cases on both, and {@link
 * io.tourbillon.adoption.cost.AdoptionCost} measures both.
 *
 * <p>To add a library: write its recipe, a test {@code XTest}, and a row of the table in README,
 * which {@code RecipesTest} compares with both.
 */
@NullMarked
package io.tourbillon.adoption;

import org.jspecify.annotations.NullMarked;
