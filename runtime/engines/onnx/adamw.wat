;; One update of AdamW (Loshchilov and Hutter 2019, algorithm 2) in place, four numbers at a time:
;;   g = scale · gradient
;;   m = beta1 · m + rate1 · g            rate1 = 1 − beta1
;;   v = beta2 · v + rate2 · g²           rate2 = 1 − beta2
;;   w = keep · w − step · m ÷ (√v + epsilon)
;; w, m, v, gradient: byte offsets; count: a multiple of 4.
;; And the sum of squares of an array: sixteen at a time, so that no sum waits for the one before; count: a multiple of 16.
(module
  (memory (import "host" "memory") 0)
  (func (export "update")
    (param $w i32) (param $m i32) (param $v i32) (param $gradient i32) (param $count i32)
    (param $scale f32) (param $beta1 f32) (param $rate1 f32) (param $beta2 f32) (param $rate2 f32)
    (param $step f32) (param $epsilon f32) (param $keep f32)
    (local $end i32) (local $g v128) (local $mean v128) (local $square v128)
    (local $scales v128) (local $beta1s v128) (local $rate1s v128) (local $beta2s v128) (local $rate2s v128)
    (local $steps v128) (local $epsilons v128) (local $keeps v128)
    (local.set $scales (f32x4.splat (local.get $scale)))
    (local.set $beta1s (f32x4.splat (local.get $beta1)))
    (local.set $rate1s (f32x4.splat (local.get $rate1)))
    (local.set $beta2s (f32x4.splat (local.get $beta2)))
    (local.set $rate2s (f32x4.splat (local.get $rate2)))
    (local.set $steps (f32x4.splat (local.get $step)))
    (local.set $epsilons (f32x4.splat (local.get $epsilon)))
    (local.set $keeps (f32x4.splat (local.get $keep)))
    (local.set $end (i32.add (local.get $w) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $w) (local.get $end)))
        (local.set $g (f32x4.mul (v128.load (local.get $gradient)) (local.get $scales)))
        (local.set $mean
          (f32x4.add
            (f32x4.mul (v128.load (local.get $m)) (local.get $beta1s))
            (f32x4.mul (local.get $g) (local.get $rate1s))))
        (v128.store (local.get $m) (local.get $mean))
        (local.set $square
          (f32x4.add
            (f32x4.mul (v128.load (local.get $v)) (local.get $beta2s))
            (f32x4.mul (f32x4.mul (local.get $g) (local.get $g)) (local.get $rate2s))))
        (v128.store (local.get $v) (local.get $square))
        (v128.store (local.get $w)
          (f32x4.sub
            (f32x4.mul (v128.load (local.get $w)) (local.get $keeps))
            (f32x4.mul
              (f32x4.div (local.get $mean) (f32x4.add (f32x4.sqrt (local.get $square)) (local.get $epsilons)))
              (local.get $steps))))
        (local.set $w (i32.add (local.get $w) (i32.const 16)))
        (local.set $m (i32.add (local.get $m) (i32.const 16)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (local.set $gradient (i32.add (local.get $gradient) (i32.const 16)))
        (br $next))))
  (func (export "squares") (param $x i32) (param $count i32) (result f32)
    (local $end i32) (local $part v128) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $x) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $x) (local.get $end)))
        (local.set $part (v128.load (local.get $x)))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $part) (local.get $part))))
        (local.set $part (v128.load offset=16 (local.get $x)))
        (local.set $b (f32x4.add (local.get $b) (f32x4.mul (local.get $part) (local.get $part))))
        (local.set $part (v128.load offset=32 (local.get $x)))
        (local.set $c (f32x4.add (local.get $c) (f32x4.mul (local.get $part) (local.get $part))))
        (local.set $part (v128.load offset=48 (local.get $x)))
        (local.set $d (f32x4.add (local.get $d) (f32x4.mul (local.get $part) (local.get $part))))
        (local.set $x (i32.add (local.get $x) (i32.const 64)))
        (br $next)))
    (local.set $a (f32x4.add (f32x4.add (local.get $a) (local.get $b)) (f32x4.add (local.get $c) (local.get $d))))
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
      (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a))))))
