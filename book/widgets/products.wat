;; C = A Bᵀ for A (m × k) and B (p × k), as `timesTransposed` of numerics.js does it, two numbers at a time.
;; m and k are even, p is a multiple of four; A, B and C are places in the memory, in bytes.
;; With $lower only the blocks that reach below the diagonal are computed.
(module
  (memory (export "memory") 8)
  (func (export "timesTransposed")
    (param $A i32) (param $B i32) (param $C i32) (param $m i32) (param $k i32) (param $p i32) (param $lower i32)
    (local $across i32) (local $down i32) ;; bytes of a row of A or B, and of one of C
    (local $i i32) (local $j i32) (local $end i32) ;; this row of C, this column, and the last of the row's that is needed
    ;; places: in rows a and b of A and c to f of B, of the block of C, and behind row a
    (local $a i32) (local $c i32) (local $o i32) (local $stop i32)
    (local $d i32) (local $e i32) (local $f i32) (local $b i32)
    (local $x v128) (local $y v128) (local $u v128) ;; a pair of row a, of row b, and of a row of B
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local $t0 v128) (local $t1 v128) (local $t2 v128) (local $t3 v128)
    (local.set $across (i32.shl (local.get $k) (i32.const 3)))
    (local.set $down (i32.shl (local.get $p) (i32.const 3)))
    (loop $rows ;; two of A
      (local.set $end (local.get $p))
      (if (i32.and (local.get $lower) (i32.lt_s (i32.add (local.get $i) (i32.const 2)) (local.get $p)))
        (then (local.set $end (i32.add (local.get $i) (i32.const 2)))))
      (local.set $c (local.get $B))
      (local.set $o (i32.add (local.get $C) (i32.mul (local.get $i) (local.get $down))))
      (local.set $j (i32.const 0))
      (loop $columns ;; four rows of B: eight sums at once stay in registers, and none waits for its last addition
        (local.set $a (local.get $A))
        (local.set $b (i32.add (local.get $a) (local.get $across)))
        (local.set $stop (local.get $b))
        (local.set $d (i32.add (local.get $c) (local.get $across)))
        (local.set $e (i32.add (local.get $d) (local.get $across)))
        (local.set $f (i32.add (local.get $e) (local.get $across)))
        (local.set $s0 (v128.const f64x2 0 0)) (local.set $s1 (v128.const f64x2 0 0))
        (local.set $s2 (v128.const f64x2 0 0)) (local.set $s3 (v128.const f64x2 0 0))
        (local.set $t0 (v128.const f64x2 0 0)) (local.set $t1 (v128.const f64x2 0 0))
        (local.set $t2 (v128.const f64x2 0 0)) (local.set $t3 (v128.const f64x2 0 0))
        (loop $pairs
          (local.set $x (v128.load (local.get $a)))
          (local.set $y (v128.load (local.get $b)))
          (local.set $u (v128.load (local.get $c)))
          (local.set $s0 (f64x2.add (local.get $s0) (f64x2.mul (local.get $x) (local.get $u))))
          (local.set $t0 (f64x2.add (local.get $t0) (f64x2.mul (local.get $y) (local.get $u))))
          (local.set $u (v128.load (local.get $d)))
          (local.set $s1 (f64x2.add (local.get $s1) (f64x2.mul (local.get $x) (local.get $u))))
          (local.set $t1 (f64x2.add (local.get $t1) (f64x2.mul (local.get $y) (local.get $u))))
          (local.set $u (v128.load (local.get $e)))
          (local.set $s2 (f64x2.add (local.get $s2) (f64x2.mul (local.get $x) (local.get $u))))
          (local.set $t2 (f64x2.add (local.get $t2) (f64x2.mul (local.get $y) (local.get $u))))
          (local.set $u (v128.load (local.get $f)))
          (local.set $s3 (f64x2.add (local.get $s3) (f64x2.mul (local.get $x) (local.get $u))))
          (local.set $t3 (f64x2.add (local.get $t3) (f64x2.mul (local.get $y) (local.get $u))))
          (local.set $b (i32.add (local.get $b) (i32.const 16)))
          (local.set $c (i32.add (local.get $c) (i32.const 16)))
          (local.set $d (i32.add (local.get $d) (i32.const 16)))
          (local.set $e (i32.add (local.get $e) (i32.const 16)))
          (local.set $f (i32.add (local.get $f) (i32.const 16)))
          (br_if $pairs
            (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 16))) (local.get $stop))))
        ;; each sum's halves lie in the two lanes of its variable
        (v128.store (local.get $o) (call $both (local.get $s0) (local.get $s1)))
        (v128.store offset=16 (local.get $o) (call $both (local.get $s2) (local.get $s3)))
        (local.set $x (call $both (local.get $t0) (local.get $t1)))
        (v128.store (i32.add (local.get $o) (local.get $down)) (local.get $x))
        (v128.store offset=16 (i32.add (local.get $o) (local.get $down)) (call $both (local.get $t2) (local.get $t3)))
        (local.set $c (local.get $f)) ;; past its last row: the next four begin there
        (local.set $o (i32.add (local.get $o) (i32.const 32)))
        (br_if $columns
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (local.get $end))))
      (local.set $A (i32.add (local.get $A) (i32.shl (local.get $across) (i32.const 1))))
      (br_if $rows
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 2))) (local.get $m)))))
  ;; (s₀ + s₁, t₀ + t₁) of two pairs
  (func $both (param $s v128) (param $t v128) (result v128)
    (f64x2.add
      (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $s) (local.get $t))
      (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $s) (local.get $t)))))
