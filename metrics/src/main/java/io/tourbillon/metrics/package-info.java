/** Will hold Micrometer binders, a scrape endpoint and a live page; not yet built. */
@NullMarked
package io.tourbillon.metrics;

import org.jspecify.annotations.NullMarked;
