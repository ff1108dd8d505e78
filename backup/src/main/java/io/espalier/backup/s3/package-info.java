/** A store in an S3 bucket: a small client of the five operations that it takes, each signed with AWS Signature Version 4. */
@NullMarked
package io.espalier.backup.s3;

import org.jspecify.annotations.NullMarked;
