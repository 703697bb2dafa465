import * as cdk from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import type * as s3 from "aws-cdk-lib/aws-s3";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { type UploadPurpose, uploadFolders } from "../../functions/store/uploads.ts";
import { addFailureQueue, exportNameOf } from "./event-routes.ts";
import type { ServiceFunction, ServiceFunctions } from "./service-function.ts";

export type EvidenceUploadsProps = { readonly functions: ServiceFunctions; readonly evidence: s3.IBucket };

/** The road of a file: a signed link, the bucket, what S3 tells of it, the function that makes it evidence. */
export class EvidenceUploads extends Construct {
  /** Uploads that were told of and could not be kept. */
  readonly failures: sqs.Queue;

  constructor(scope: Construct, id: string, { functions, evidence }: EvidenceUploadsProps) {
    super(scope, id);
    const { ApiEvidence, ApiMessages, KeepUpload } = functions;
    // A link can do what whoever signed it may do.
    allowFiles(ApiEvidence, evidence, ["evidence"], ["s3:GetObject", "s3:PutObject"]);
    allowFiles(ApiMessages, evidence, ["attachment"], ["s3:GetObject", "s3:PutObject"]);
    allowFiles(KeepUpload, evidence, ["evidence", "attachment"], ["s3:GetObject"]);

    this.failures = addFailureQueue(this, "Failures");
    KeepUpload.sendFailuresTo(this.failures);
    // S3 speaks to the account's default bus only.
    new events.Rule(this, "Uploaded", {
      eventPattern: {
        source: ["aws.s3"],
        detailType: ["Object Created"],
        detail: { bucket: { name: [evidence.bucketName] } },
      },
      targets: [
        new targets.LambdaFunction(KeepUpload.lambda, {
          deadLetterQueue: this.failures,
          retryAttempts: 24,
          maxEventAge: cdk.Duration.hours(6),
        }),
      ],
    });
  }
}

const allowFiles = (
  to: ServiceFunction,
  bucket: s3.IBucket,
  purposes: readonly UploadPurpose[],
  actions: readonly string[],
): void => {
  to.lambda.addEnvironment("EVIDENCE_BUCKET", bucket.bucketName);
  for (const folder of purposes.map((purpose) => uploadFolders[purpose])) {
    to.allow(actions, bucket.arnForObjects(`${folder}*`));
    cdk.Validations.of(to).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${exportNameOf(bucket, bucket.bucketArn)}/${folder}*]`,
      reason: "Each file has a key of its own, made with its case; all of a kind lie below this prefix.",
    });
  }
};
